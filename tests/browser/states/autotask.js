// What comes from Autotask: previews, values that change there, a connection that breaks.

import assert from 'node:assert/strict';
import { quote } from '../documents.js';
import { eventually } from '../harness.js';
import { refreshLists } from '../lists.js';
import { editDatabase } from '../people.js';
import { PAGE, control, save } from '../settings.js';
import { open } from './site.js';

export const TITLE = 'Autotask';

const CONNECTION = '/apps/autotask/connection';
const [PROPOSAL_SENT, NEGOTIATION, CLOSED_WON] = [29681503, 29681504, 29681506];
const LONG = 'A stage whose name somebody wrote as a whole sentence and-without-any-place-to-break-it-'.padEnd(100, 'x');

export function states(visit) {
  const site = open(['--no-quotes'], async ({ demo }) => {
    const title = `Office refresh ${LONG}`;
    const { push } = await demo.putQuote('Q-1', quote('open', { title }));
    await eventually(async () => (await demo.push(push)).status !== 'sending');
  });
  previews(visit, site);
  values(visit, site);
  connection(visit, site);
}

function previews(visit, site) {
  visit(site, 'preview', async (page) => {
    await page.goto(PAGE);
    await page.getByRole('button', { name: 'Preview with a quote' }).click();
    await page.getByRole('heading', { name: /^Q-1 / }).waitFor();
    for (const summary of await page.getByText(/^Every value of/).all()) await summary.click();
  });
  visit(site, 'preview-saved-settings', async (page) => {
    await page.goto(`${PAGE}/preview`);
    await page.getByText('With the saved settings.').waitFor();
  });
  visit(site, 'preview-unknown-quote', async (page) => {
    await page.goto(`${PAGE}/preview?number=Q-404`);
    await page.getByText('There is no quote or sale with the number Q-404').waitFor();
  });
}

function values(visit, site) {
  const stage = (page) => control(page, 'When a quote is created', 'Stage');

  visit(site, 'long-names', async (page) => {
    await site.demo.editPicklist('Opportunities/stage', NEGOTIATION, { label: LONG });
    await refreshLists(page);
    await page.goto(PAGE);
    await stage(page).selectOption({ label: LONG });
    assert.equal(await save(page), 303);
    await page.locator('#notice').getByText(LONG).waitFor();
  });
  visit(site, 'inactive-value', async (page) => {
    await page.goto(PAGE);
    await stage(page).selectOption({ label: 'Proposal Sent' });
    assert.equal(await save(page), 303);
    await site.demo.editPicklist('Opportunities/stage', PROPOSAL_SENT, { isActive: false });
    await refreshLists(page);
    await page.goto(PAGE);
    await page.getByText('New quotes are held until you choose an active stage.').waitFor();
  });
  visit(site, 'saved-with-inactive-value', async (page) => {
    await control(page, 'When a quote is created', 'Probability % (optional)').fill('33');
    assert.equal(await save(page), 303);
    await page.getByText('1 setting still points to an inactive value.').waitFor();
  });
  visit(site, 'vanished-value', async (page) => {
    // A refresh keeps the names of what is gone; this one was never known.
    editDatabase(site.demo, `DELETE FROM list_option WHERE list = 'stages' AND value = ${CLOSED_WON}`);
    await page.goto(PAGE);
    const field = control(page, 'When a quote is won', 'Stage');
    assert.equal(await field.locator('option:checked').textContent(), `Unknown value, ID ${CLOSED_WON} (no longer in Autotask)`);
  });
}

function connection(visit, site) {
  /** Presses a button of a page, and resolves when it was answered. */
  const press = async (page, name) => {
    const answer = page.waitForResponse((response) => response.request().method() === 'POST');
    await page.getByRole('main').getByRole('button', { name }).click();
    await answer;
    await page.waitForLoadState();
  };
  const test = async (page) => {
    await page.goto(CONNECTION);
    await press(page, 'Test connection');
  };

  visit(site, 'calls-nearly-used', async (page) => {
    // Autotask is asked every few minutes only; this is what it would answer next.
    const now = Date.now();
    editDatabase(site.demo, `UPDATE connection SET calls_used = 8400, calls_limit = 10000, calls_read_at = ${now}`);
    await page.goto(PAGE);
    await page.getByText(/84 % of this hour's Autotask calls are used/).waitFor();
  });
  visit(site, 'connection-refused', async (page) => {
    await site.demo.failNext({ kind: 'unauthorized', times: 50 });
    await test(page);
    await page.goto(PAGE);
    await page.getByText('The last test of the connection failed').waitFor();
  });
  visit(site, 'not-connected', async (page) => {
    await page.goto(`${CONNECTION}/disconnect`);
    await page.getByRole('main').getByRole('textbox').fill('Northwind IT Services');
    await press(page, 'Disconnect Autotask');
    await page.goto(PAGE);
    await page.getByText('Autotask is not connected').waitFor();
  });
  visit(site, 'preview-not-connected', async (page) => {
    await page.goto(PAGE);
    await page.getByRole('button', { name: 'Preview with a quote' }).click();
    await page.getByText('Autotask is not connected', { exact: false }).first().waitFor();
  });
}
