// The Tickets page, from its beginning to its end.

import assert from 'node:assert/strict';
import { refreshLists } from '../lists.js';
import { signIn } from '../people.js';
import { PAGE, control, fill, save } from '../settings.js';
import { TICKETS, TICKET_CHOICES, turnTicketsOn } from '../tickets.js';
import { open, signedIn } from './site.js';

export const TITLE = 'tickets';

const MADE = 'When a sale is made';
const PRODUCT = ['When an item is quoted or sold', 'Product material code'];

export function states(visit) {
  const site = open(['--no-quotes']);

  visit(site, 'tickets-never', async (page) => {
    await page.goto(TICKETS);
    await page.getByText('Nothing is sent before you save them.').waitFor();
  });
  visit(site, 'tickets-turned-on', async (page) => {
    await turnTicketsOn(page);
    await page.getByText('Setup needed').waitFor();
    assert.ok((await page.getByText(/^Suggested: /).count()) > 1);
  });
  visit(site, 'tickets-errors', async (page) => {
    await page.goto(TICKETS);
    for (const list of await page.locator('#settings select').all()) await list.selectOption('');
    await control(page, MADE, 'Due in days').fill('soon');
    await control(page, MADE, 'Title').fill('{name}');
    assert.equal(await save(page, TICKETS), 422);
    assert.ok((await page.locator('#error-summary a').count()) > 8);
  });
  visit(site, 'tickets-saved', async (page) => {
    await page.goto(TICKETS);
    await fill(page, TICKET_CHOICES);
    assert.equal(await save(page, TICKETS), 303);
    await page.getByText('Settings saved').waitFor();
  });
  visit(site, 'tickets-both', async (page) => {
    await page.goto(TICKETS);
    await page.getByText('Sales without a quote: with an opportunity of their own').waitFor();
  });
  visit(site, 'opportunities-both', async (page) => {
    await page.goto(PAGE);
    await page.getByText('The Tickets sync is on too').waitFor();
  });
  visit(site, 'tickets-clash', async (page) => {
    const other = await signedIn(site.demo);
    await Promise.all([page.goto(TICKETS), other.goto(PAGE)]);
    await control(other, ...PRODUCT).selectOption({ label: 'Freight' });
    assert.equal(await save(other), 303);
    await other.context().close();
    await control(page, ...PRODUCT).selectOption({ label: 'Taxable Labor' });
    assert.equal(await save(page, TICKETS), 409);
  });
  visit(site, 'tickets-restored', async (page) => {
    await page.goto(TICKETS);
    await control(page, MADE, 'Due in days').fill('30');
    assert.equal(await save(page, TICKETS), 303);
    const address = await page.locator('#notice form').getAttribute('action');
    const before = Number(address.split('/')[2]) - 1;
    await page.goto(`/history/${before}`);
    await page.getByRole('link', { name: 'Restore Tickets' }).click();
    await page.getByText('Due in days: 30 → 14').waitFor();
  });
  visit(site, 'tickets-summary', async () => {
    const page = await site.demo.newPage();
    await signIn(page, site.viewer);
    await page.goto(TICKETS);
    await page.getByText('Only administrators and editors can change these settings.').waitFor();
    return page;
  });
  visit(site, 'tickets-inactive', async (page) => {
    await site.demo.editPicklist('Tickets/queueID', '29681447', { isActive: false });
    await refreshLists(page);
    await page.goto(TICKETS);
    await page.getByText('New sales are held until you choose an active ticket queue.').waitFor();
  });
  visit(site, 'tickets-turn-off', (page) => page.goto(`${TICKETS}/sync/off`).then(() => undefined));
  visit(site, 'tickets-disabled', async (page) => {
    await page.goto(`${TICKETS}/sync/off`);
    await page.getByRole('button', { name: 'Turn off sync' }).click();
    await page.getByText('Ticket sync is disabled').waitFor();
  });
  visit(site, 'tickets-alone', async (page) => {
    await page.goto(`${PAGE}/sync/off`);
    await page.getByRole('button', { name: 'Turn off sync' }).click();
    await turnTicketsOn(page);
    await page.getByText('no sale is billed twice now').waitFor();
  });
}
