// Kaseya Quote Manager's page, and what the tests put into the demo's Quote Manager.

import { eventually } from './harness.js';

export const SOURCE = '/apps/quote-manager';

/** The control that says what a code of a field means; without a code, of the row that adds one. */
export const meaning = (page, field, code) => row(page, field, code).locator('select');

/** The row of a code. */
export function row(page, field, code) {
  const table = page.getByRole('table', { name: field });
  if (code === undefined) return table.getByRole('row').last();
  return table.getByRole('row').filter({ has: page.getByRole('rowheader', { name: code, exact: true }) });
}

/** A quote with one line, which is billed as often as `recurringType` says. */
export async function quoteWithCode(demo, id, recurringType) {
  await demo.putInQuoteManager('quotesection', { id: id * 10, quoteID: id, lineNumber: 1 });
  await demo.putInQuoteManager('quoteline', {
    id: id * 100, quoteSectionID: id * 10, lineNumber: 1, title: 'Managed Server', productNumber: `SRV-${id}`,
    price: 50, quantity: 2, isRecurring: true, recurringType,
  });
  await demo.putInQuoteManager('quote', { id, quoteNumber: `QO${id}`, title: 'Managed services', status: 1, customerID: 55 });
}

/** Loads the page until what `find` looks for is there. */
export async function until(page, find) {
  await eventually(async () => {
    await page.goto(SOURCE);
    return (await find(page).count()) > 0;
  });
}

/** Loads the page until it says so. */
export const untilSaid = (page, text) => until(page, () => page.getByText(text));

/** Presses a button and resolves with the status of the answer to its form. */
export async function press(page, name) {
  const answer = page.waitForResponse((response) => response.request().method() === 'POST');
  await page.getByRole('button', { name, exact: true }).click();
  const status = (await answer).status();
  await page.waitForLoadState();
  return status;
}
