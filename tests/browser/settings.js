// The Opportunities page as the tests fill it in: each choice differs from what the page
// suggests, so that only what was saved can explain what Autotask then has.

export const PAGE = '/apps/autotask/opportunities';

const CREATED = 'When a quote is created';
const WON = 'When a quote is won';
const LOST = 'When a quote is lost';
const CODES = 'When an item is quoted or sold';
const MAP = 'Map your product categories to Autotask';
const SERVICES = 'When a service or labor role is created in Autotask';

/** Section, label, choice: in the order of the page. */
export const CHOICES = [
  [CREATED, 'Category', 'Project'],
  [CREATED, 'Default owner', 'Nora Bianchi — nora.bianchi@northwind-it.example'],
  [CREATED, 'Stage', 'Solution Design'],
  [CREATED, 'Status', 'Not Ready To Buy'],
  [CREATED, 'Probability % (optional)', '35'],
  [CREATED, 'Shipping (optional)', 'Two-Day'],
  [WON, 'Stage', 'Verbal Agreement'],
  [WON, 'Status', 'Closed'],
  [LOST, 'Set to a stage', true],
  [LOST, 'Stage for lost quotes', 'On Hold'],
  [LOST, 'Status', 'Implemented'],
  [CODES, 'Product material code', 'Non-Taxable Products'],
  [CODES, 'Recurring service billing code', 'Cloud Subscriptions'],
  [CODES, 'Payment surcharge material code', 'Freight'],
  [CODES, 'Non-recurring service material code', 'Taxable Labor'],
  [MAP, 'Any category that is not mapped below (optional)', 'Cloud › Hosting'],
  [MAP, 'Autotask category Hardware › Accessories', 'Hardware › Phones'],
  [MAP, 'Autotask category Hardware › Power', 'Warranty'],
  [SERVICES, 'Brand', 'Logitech'],
  [SERVICES, 'Category', 'Hardware › Wireless'],
];

/** What the choices above are in Autotask; the emulator's seed gives the values. */
export const IN_AUTOTASK = {
  created: { opportunityCategoryID: 29681603, ownerResourceID: 29681210, stage: 29681502, status: 0, probability: 35 },
  won: { stage: 29681505, status: 3 },
  lost: { stage: 29681508, status: 4 },
  shippingType: 29681652,
  codes: { product: 29681302, recurringService: 29681322, paymentSurcharge: 29681310, nonRecurringService: 29681305 },
  categories: { accessories: 29681711, anyOther: 29681725 },
};

/** The control of a choice: by its section's heading and its own name, as a screen reader tells them. */
export function control(page, section, label) {
  const inside = page.getByRole('region', { name: section, exact: true });
  const [list, text, radio] = ['combobox', 'textbox', 'radio'].map((role) => inside.getByRole(role, { name: label, exact: true }));
  return list.or(text).or(radio);
}

/** Fills the whole form in, with the mouse. */
export async function fill(page, choices = CHOICES) {
  for (const [section, label, choice] of choices) {
    const field = control(page, section, label);
    if (choice === true) await field.check();
    else if (await isText(field)) await field.fill(choice);
    else await field.selectOption({ label: choice });
  }
}

/** What the form shows, in the shape of `CHOICES`. */
export async function shown(page, choices = CHOICES) {
  const values = [];
  for (const [section, label] of choices) {
    const field = control(page, section, label);
    values.push([section, label, await field.evaluate(valueAsRead)]);
  }
  return values;
}

/** Whether a control is typed into, rather than chosen from. */
export async function isText(field) {
  return (await field.evaluate((element) => element.tagName)) === 'INPUT';
}

function valueAsRead(element) {
  if (element.type === 'radio') return element.checked;
  return element.tagName === 'SELECT' ? element.selectedOptions[0].label : element.value;
}

/** Turns the sync on, from the Opportunities page. */
export async function turnOn(page) {
  await page.getByRole('switch').click();
  await page.getByText('Opportunity sync is enabled').waitFor();
}

/** Presses Save and resolves with the answer's status; `path` is the page of the settings. */
export async function save(page, path = PAGE) {
  const answer = page.waitForResponse((response) => isPost(response.request(), path));
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  const status = (await answer).status();
  await page.waitForLoadState();
  return status;
}

function isPost(request, path) {
  return request.method() === 'POST' && new URL(request.url()).pathname === path;
}
