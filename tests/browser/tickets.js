// The Tickets page as the tests fill it in.

export const TICKETS = '/apps/autotask/tickets';

const MADE = 'When a sale is made';
const CANCELLED = 'When a sale is cancelled';
const BOTH = 'When both syncs would bill the same sale';

/** Section, label, choice: in the order of the page; the codes are shared, and so not among them. */
export const TICKET_CHOICES = [
  [MADE, 'Only sales without a quote', true],
  [MADE, 'Category', 'Order'],
  [MADE, 'Queue', 'Procurement'],
  [MADE, 'Status', 'Waiting Materials'],
  [MADE, 'Priority', 'High'],
  [MADE, 'Issue type (optional)', 'Hardware'],
  [MADE, 'Due in days', '14'],
  [MADE, 'Title', '{number} for {customer}'],
  [CANCELLED, 'Status', 'Complete'],
  [BOTH, 'Tickets', true],
];

/** Turns the sync on, from its page. */
export async function turnTicketsOn(page) {
  await page.goto(TICKETS);
  await page.getByRole('switch').click();
  await page.getByText('Ticket sync is enabled').waitFor();
}
