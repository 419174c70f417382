// The page of Kaseya Quote Manager, from its beginning to its end.

import assert from 'node:assert/strict';
import { addPerson, signIn } from '../people.js';
import { SOURCE, meaning, press, quoteWithCode, row, untilSaid } from '../source.js';
import { open, signedIn } from './site.js';

export const TITLE = 'Quote Manager';

const STATUS = 'Status of a quote';
const RECURRING = 'How often a line is billed';

export function states(visit) {
  const site = open(['--fresh', '--no-quotes']);
  connecting(visit, site);
  codes(visit, site);
  others(visit, site);
  troubles(visit, site);
  const sending = open(['--no-quotes']);
  visit(sending, 'source-unknown-codes', async (page) => {
    await quoteWithCode(sending.demo, 9001, 8);
    await untilSaid(page, '1 quote or sale waits for the meaning of 1 code.');
    assert.equal(await meaning(page, RECURRING, '8').inputValue(), '');
  });
}

function connecting(visit, site) {
  visit(site, 'source-first', async (page) => {
    await page.goto(SOURCE);
    await page.getByText('Not connected', { exact: true }).waitFor();
  });
  visit(site, 'source-wrong', async (page) => {
    await page.goto(SOURCE);
    await page.getByLabel('Read every (minutes)').fill('often');
    assert.equal(await press(page, 'Save'), 422);
  });
  visit(site, 'source-test-failed', async (page) => {
    await page.goto(SOURCE);
    await page.locator('#key').fill('wrong');
    assert.equal(await press(page, 'Save'), 422);
    await page.getByText(/^Not saved: /).waitFor();
  });
  visit(site, 'source', async (page) => {
    await page.goto(SOURCE);
    await page.locator('#key').fill(site.demo.quote_manager_key);
    assert.equal(await press(page, 'Save'), 303);
    await untilSaid(page, /^Last read/);
  });
}

function codes(visit, site) {
  visit(site, 'source-wrong-codes', async (page) => {
    await page.goto(SOURCE);
    await row(page, RECURRING).getByLabel('Another code').fill('nine');
    assert.equal(await press(page, 'Save codes'), 422);
  });
  visit(site, 'source-clash', async (page) => {
    const other = await signedIn(site.demo);
    await Promise.all([page.goto(SOURCE), other.goto(SOURCE)]);
    await meaning(other, STATUS, '3').selectOption({ label: 'Open' });
    assert.equal(await press(other, 'Save codes'), 303);
    await other.context().close();
    await meaning(page, STATUS, '3').selectOption({ label: 'Lost or declined' });
    assert.equal(await press(page, 'Save codes'), 409);
  });
}

function others(visit, site) {
  visit(site, 'source-paused', async (page) => {
    await page.goto(SOURCE);
    assert.equal(await press(page, 'Pause'), 303);
    await page.getByText('Reading is paused', { exact: true }).waitFor();
  });
  visit(site, 'source-editor', async (page) => {
    await page.goto(SOURCE);
    assert.equal(await press(page, 'Go on'), 303);
    return as(site, addPerson(site.demo, 'Eddy', 'editor'));
  });
  visit(site, 'source-viewer', () => as(site, site.viewer));
}

async function as(site, person) {
  const page = await site.demo.newPage();
  await signIn(page, person);
  await page.goto(SOURCE);
  await page.getByText('Only administrators can test and change the connection.').waitFor();
  return page;
}

function troubles(visit, site) {
  visit(site, 'source-refused', async (page) => {
    await site.demo.failNextInQuoteManager({ kind: 'status', status: 401, resource: 'quote' });
    await untilSaid(page, 'Needs you');
  });
  visit(site, 'source-not-working', async (page) => {
    await page.goto(SOURCE);
    assert.equal(await press(page, 'Test connection'), 200);
    await site.demo.failNextInQuoteManager({ kind: 'status', status: 503, resource: 'quote', times: 2 });
    await untilSaid(page, /^Not working/);
  });
  visit(site, 'source-disconnect', (page) => page.goto(`${SOURCE}/disconnect`).then(() => undefined));
}
