// The Tickets page: filled in and saved, its codes shared with the Opportunities page, usable with a keyboard and
// without JavaScript.

import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { axe, startDemo } from './harness.js';
import { tabThrough } from './keyboard.js';
import { PAGE, control, fill, save, shown } from './settings.js';
import { TICKETS, TICKET_CHOICES, turnTicketsOn } from './tickets.js';

const CODES = 'When an item is quoted or sold';
const PRODUCT = [CODES, 'Product material code'];
const DUE = ['When a sale is made', 'Due in days'];

let demo;
let page;
before(async () => {
  demo = await startDemo(['--no-quotes']);
  page = await demo.newPage();
  page.on('dialog', (dialog) => dialog.accept());
  await demo.signIn(page);
});
after(async () => {
  await page?.context().close();
  await demo?.stop();
});

const chosen = (of) => control(of, ...PRODUCT).locator('option:checked').textContent();

it('is reached from the app, turned on, filled in and saved', async () => {
  await page.goto('/apps/autotask');
  await page.getByRole('link', { name: 'Tickets', exact: true }).click();
  await page.getByText('Nothing is sent before you save them.').waitFor();
  await turnTicketsOn(page);
  assert.equal(await control(page, 'When a sale is made', 'Status').locator('option:checked').textContent(), 'New');
  await fill(page, TICKET_CHOICES);
  assert.equal(await save(page, TICKETS), 303);
  await page.getByText('Settings saved').waitFor();
  assert.deepEqual(await shown(page, TICKET_CHOICES), TICKET_CHOICES);
  await axe(page);
});

it('shows a code on one page that was saved on the other', async () => {
  await page.goto(TICKETS);
  await control(page, ...PRODUCT).selectOption({ label: 'Non-Taxable Products' });
  assert.equal(await save(page, TICKETS), 303);
  await page.goto(PAGE);
  assert.equal(await chosen(page), 'Non-Taxable Products');
  await control(page, ...PRODUCT).selectOption({ label: 'Freight' });
  assert.equal(await save(page), 303);
  await page.getByRole('region', { name: CODES }).getByRole('link', { name: 'Tickets' }).click();
  assert.equal(await chosen(page), 'Freight');
  assert.ok(await page.getByText('These four codes are used by Opportunities and Tickets.').isVisible());
});

it('asks about the codes alone where both pages were changed at once', async () => {
  const other = await demo.newPage();
  await demo.signIn(other);
  await Promise.all([page.goto(TICKETS), other.goto(PAGE)]);
  await control(other, ...PRODUCT).selectOption({ label: 'Taxable Labor' });
  assert.equal(await save(other), 303);
  await control(page, ...PRODUCT).selectOption({ label: 'Non-Taxable Products' });
  await control(page, ...DUE).fill('21');
  assert.equal(await save(page, TICKETS), 409);
  assert.deepEqual(await page.locator('#clash legend').allTextContents(), ['Product material code']);
  await axe(page);
  await page.getByRole('radio', { name: /Yours/ }).check();
  await page.getByRole('button', { name: 'Save these choices' }).click();
  await page.getByRole('heading', { name: 'Tickets', exact: true }).waitFor();
  assert.deepEqual([await chosen(page), await control(page, ...DUE).inputValue()], ['Non-Taxable Products', '21']);
  await other.context().close();
});

it('counts what is not saved, and says it of the group of radios once', async () => {
  await page.goto(TICKETS);
  await control(page, 'When a sale is made', 'All sales').check();
  await page.getByRole('button', { name: '1 unsaved change' }).click();
  assert.deepEqual(await page.locator('#changes a').allTextContents(), ['When a sale is made: Which sales']);
  await page.getByRole('link', { name: 'Discard' }).click();
  assert.ok(await control(page, 'When a sale is made', 'Only sales without a quote').isChecked());
});

it('keeps what was typed where something is wrong, and leads to it', async () => {
  await page.goto(TICKETS);
  await control(page, ...DUE).fill('soon');
  await control(page, 'When a sale is made', 'Title').fill('{name}');
  assert.equal(await save(page, TICKETS), 422);
  await page.locator('#error-summary a').first().click();
  assert.ok(await control(page, ...DUE).evaluate((field) => field === document.activeElement));
  assert.deepEqual([await control(page, ...DUE).inputValue(), await control(page, 'When a sale is made', 'Title').inputValue()], ['soon', '{name}']);
  await axe(page);
});

it('says on the Opportunities page what both would bill, and leads to the choice', async () => {
  await page.goto(PAGE);
  await page.getByText('The Tickets sync is on too').waitFor();
  await page.getByRole('link', { name: 'Choose which sync bills them' }).click();
  assert.equal(new URL(page.url()).hash, '#both');
  assert.ok(await control(page, 'When both syncs would bill the same sale', 'Tickets').isChecked());
});

for (const size of [{ width: 1280, height: 900 }, { width: 320, height: 640 }]) {
  it(`shows the focus at every stop at ${size.width} px`, async () => {
    await page.setViewportSize(size);
    await page.goto(TICKETS);
    assert.ok((await tabThrough(page)) > 20);
  });
}

it('is filled in, saved and turned off without JavaScript', async () => {
  const plain = await demo.newPage({ javaScript: false });
  await demo.signIn(plain);
  await plain.goto(TICKETS);
  await control(plain, ...DUE).fill('3');
  assert.equal(await save(plain, TICKETS), 303);
  assert.equal(await control(plain, ...DUE).inputValue(), '3');
  await plain.getByRole('switch').click();
  await plain.getByRole('heading', { name: 'Turn off ticket sync?' }).waitFor();
  await plain.getByRole('button', { name: 'Turn off sync' }).click();
  await plain.getByText('Ticket sync is disabled').waitFor();
  await plain.getByRole('link', { name: 'Show saved settings (read only)' }).click();
  await plain.getByText('{number} for {customer}').waitFor();
  await plain.context().close();
});
