// A customer that Autotask does not know by name: its company is searched and chosen on the push's page,
// with or without scripts.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { quote } from './documents.js';
import { axe, eventually, startDemo } from './harness.js';

const LARKSPUR = 29681104;

describe('the company of a customer', () => {
  let demo;
  before(async () => {
    demo = await startDemo(['--no-quotes']);
  });
  after(() => demo?.stop());

  for (const javaScript of [true, false]) {
    it(`is searched and chosen ${javaScript ? 'with' : 'without'} scripts`, async () => {
      const number = `Q-company-${javaScript}`;
      const customer = { id: number, name: 'Troy Dentists', autotask_company_id: null };
      const receipt = await demo.putQuote(number, quote('open', { customer, contact: null, lines: [] }));
      const page = await demo.newPage({ javaScript, width: 320 });
      await demo.signIn(page);
      await eventually(async () => {
        await page.goto('/activity?status=held');
        return page.getByRole('link', { name: number }).first().isVisible();
      });
      await page.getByRole('link', { name: number }).first().click();
      assert.ok(await page.getByText("No active company fits 'Troy'.").isVisible(), receipt);
      if (javaScript) await axe(page);
      const search = page.getByLabel('Name, number or Autotask id of the company');
      await search.fill('larkspur');
      await search.press('Enter');
      assert.ok(await page.getByText('1 company fits.').isVisible());
      await page.getByRole('button', { name: 'Link company' }).click();
      assert.ok(await page.getByRole('link', { name: 'Choose a company' }).isVisible());
      if (javaScript) await axe(page);
      await page.getByRole('radio', { name: 'Larkspur Family Dental' }).check();
      const wide = await page.evaluate(() => document.documentElement.scrollWidth);
      assert.ok(wide <= 320, `${wide} pixels wide`);
      await page.getByRole('button', { name: 'Link company' }).click();
      assert.ok(await page.getByText("The customer is linked with 'Larkspur Family Dental'").isVisible());
      const rows = await eventually(async () => {
        const all = await demo.entities('Opportunities');
        const own = all.filter((row) => row.title.startsWith(`${number} `));
        return own.length > 0 && own;
      });
      assert.deepEqual(rows.map((row) => row.companyID), [LARKSPUR]);
      assert.deepEqual(page.problems, []);
      await page.context().close();
    });
  }

  it('is created once a person lets it be, without scripts', async () => {
    const number = 'Q-company-new';
    const customer = { id: number, name: 'Brightwater Clinic', phone: '518-555-0300', autotask_company_id: null };
    await demo.putQuote(number, quote('open', { customer, contact: null, lines: [] }));
    const page = await demo.newPage({ javaScript: false, width: 320 });
    await demo.signIn(page);
    await eventually(async () => {
      await page.goto('/activity?status=held');
      return page.getByRole('link', { name: number }).first().isVisible();
    });
    await page.getByRole('link', { name: number }).first().click();
    await page.getByRole('link', { name: 'Go to settings' }).click();
    const box = page.getByRole('checkbox', { name: 'Create missing customers in Autotask' });
    assert.equal(await box.isChecked(), false);
    await box.press('Space');
    await page.getByRole('button', { name: 'Save', exact: true }).last().click();
    assert.ok(await page.getByText('Create missing customers in Autotask is now on.').isVisible());
    assert.equal(await box.isChecked(), true);
    const rows = await eventually(async () => {
      const all = await demo.entities('Opportunities');
      const own = all.filter((row) => row.title.startsWith(`${number} `));
      return own.length > 0 && own;
    });
    const companies = await demo.entities('Companies');
    const made = companies.filter((row) => row.companyName === 'Brightwater Clinic');
    assert.deepEqual(rows.map((row) => row.companyID), made.map((row) => row.id));
    assert.deepEqual(page.problems, []);
    await page.context().close();
  });

  it('leaves a person the other ways out', async () => {
    const number = 'Q-company-stopped';
    const customer = { id: number, name: 'Nobody Known', autotask_company_id: null };
    await demo.putQuote(number, quote('open', { customer, contact: null, lines: [] }));
    const page = await demo.newPage();
    await demo.signIn(page);
    await eventually(async () => {
      await page.goto('/activity?status=held');
      return page.getByRole('link', { name: number }).first().isVisible();
    });
    await page.getByRole('link', { name: number }).first().click();
    await page.getByRole('link', { name: 'Stop syncing this quote' }).click();
    await axe(page);
    await page.getByRole('button', { name: 'Stop syncing' }).click();
    await page.getByLabel('Reason').fill('A test quote');
    await axe(page);
    await page.getByRole('button', { name: 'Stop syncing' }).click();
    assert.ok(await page.getByText('stopped its sync: A test quote').isVisible());
    assert.ok(await page.getByRole('button', { name: 'Start syncing again' }).isVisible());
    await axe(page);
    await page.context().close();
  });
});
