// A tenant that begins: nothing saved, then turned on, then set up.

import assert from 'node:assert/strict';
import { quote } from '../documents.js';
import { eventually } from '../harness.js';
import { signIn } from '../people.js';
import { PAGE, control, fill, save, turnOn } from '../settings.js';
import { open } from './site.js';

export const TITLE = 'a tenant that begins';

export function states(visit) {
  const site = open(['--fresh', '--no-quotes']);

  visit(site, 'disabled-never', async (page) => {
    await page.goto(PAGE);
    await page.getByText('Nothing is sent before you save them.').waitFor();
  });
  visit(site, 'viewer-disabled', async () => {
    const page = await site.demo.newPage();
    await signIn(page, site.viewer);
    await page.goto(PAGE);
    await page.getByText('Nothing has been saved yet.').waitFor();
    return page;
  });
  visit(site, 'turned-on', async (page) => {
    await page.goto(PAGE);
    await turnOn(page);
    await page.getByText('they are held until these are saved').waitFor();
  });
  visit(site, 'first-visit-suggested', async (page) => {
    await page.goto(PAGE);
    assert.ok((await page.getByText(/^Suggested: /).count()) > 5);
  });
  visit(site, 'setup-needed', async (page) => {
    await page.goto(PAGE);
    const link = page.locator('#setup-needed a').first();
    const id = (await link.getAttribute('href')).slice(1);
    await link.click();
    assert.equal(await page.evaluate(() => document.activeElement.id), id);
  });
  visit(site, 'preview-example', async (page) => {
    await page.goto(PAGE);
    await page.getByRole('button', { name: 'Preview with a quote' }).click();
    await page.getByRole('heading', { name: 'This is what Autotask would receive' }).waitFor();
    assert.equal(await page.getByLabel('Quote or sale').locator('option:checked').textContent(), 'The built-in example');
  });
  visit(site, 'preview-problems', async (page) => {
    await page.goto(PAGE);
    await control(page, 'When a quote is created', 'Stage').selectOption('');
    await page.getByRole('button', { name: 'Preview with a quote' }).click();
    await page.getByText('Select a stage for new quotes').waitFor();
  });
  visit(site, 'many-errors', async (page) => {
    await page.goto(PAGE);
    for (const list of await page.locator('#settings select').all()) await list.selectOption('');
    await control(page, 'When a quote is created', 'Probability % (optional)').fill('150');
    assert.equal(await save(page), 422);
    assert.ok((await page.locator('#error-summary a').count()) > 10);
  });
  visit(site, 'saved-releasing-held', async (page) => {
    const { push } = await site.demo.putQuote('Q-1', quote());
    await eventually(async () => (await site.demo.push(push)).status === 'held');
    await page.goto(PAGE);
    await fill(page);
    assert.equal(await save(page), 303);
    await page.getByText('1 held quote is now being sent.').waitFor();
  });
}
