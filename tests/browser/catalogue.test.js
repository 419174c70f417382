// The catalogue's pages: brands, categories and items, with and without scripts, on a phone, in the dark.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { axe, eventually, startDemo } from './harness.js';

const PAGES = ['/catalogue/items', '/catalogue/brands', '/catalogue/categories'];

describe('the catalogue', () => {
  let demo;
  before(async () => {
    demo = await startDemo(['--no-quotes']);
    await demo.putQuote('Q-1', {
      title: 'Catalogue', status: 'open', currency: 'USD', created_at: '2026-11-23T09:00:00Z',
      customer: { id: '55', name: 'Northwind Traders' },
      lines: [{ id: '1', kind: 'product', name: 'Edge firewall', sku: 'EDGE-1', brand: 'Fortinet',
        category: 'Hardware/Firewalls', quantity: '1', unit_price: '10.00' }],
    });
  });
  after(() => demo?.stop());

  for (const javaScript of [true, false]) {
    it(`is kept in order, ${javaScript ? 'with' : 'without'} scripts`, async () => {
      const page = await demo.newPage({ javaScript });
      await demo.signIn(page);
      await page.getByRole('link', { name: 'Catalogue' }).click();
      await page.getByRole('link', { name: 'Brands' }).click();
      const name = `Contoso ${javaScript}`;
      await page.getByLabel('Name', { exact: true }).fill(name);
      await page.getByRole('button', { name: 'Add brand' }).click();
      assert.ok(await page.getByText(`Brand '${name}' was added`).isVisible());
      await page.getByLabel('Name', { exact: true }).fill(name.toUpperCase());
      await page.getByRole('button', { name: 'Add brand' }).click();
      assert.equal(await page.getByLabel('Name', { exact: true }).inputValue(), name.toUpperCase());
      if (javaScript) await axe(page);
      await page.getByRole('link', { name, exact: true }).click();
      await page.getByLabel('New name').fill(`${name} Ltd`);
      await page.getByRole('button', { name: 'Rename' }).click();
      await page.getByRole('link', { name: `${name} Ltd` }).click();
      if (javaScript) await axe(page);
      await page.getByRole('button', { name: `Delete ${name} Ltd` }).click();
      assert.ok(await page.getByText(`Brand '${name} Ltd' was deleted`).isVisible());
      await page.goto('/catalogue/items');
      await page.getByLabel('Name or SKU').fill('edge-');
      await page.locator('select#brand').selectOption('Fortinet');
      await page.getByRole('button', { name: 'Apply' }).click();
      await page.getByRole('link', { name: 'Edge firewall' }).click();
      if (javaScript) await axe(page);
      await page.locator('select#category').selectOption({ label: 'Hardware › Firewalls' });
      await page.getByRole('button', { name: 'Save' }).click();
      assert.ok(await page.getByText('Saved', { exact: true }).isVisible());
      assert.deepEqual(page.problems, []);
      await page.context().close();
    });
  }

  it('is opened from a form and leads back to it', async () => {
    const page = await demo.newPage();
    await demo.signIn(page);
    await page.goto('/catalogue/brands?return=%2Fapps%2Fautotask%2Fopportunities');
    await page.getByLabel('Name', { exact: true }).fill('Fabrikam');
    await page.keyboard.press('Enter');
    await page.waitForURL((url) => url.pathname === '/apps/autotask/opportunities');
    await page.context().close();
  });

  it('has the services and roles of Autotask', async () => {
    const page = await demo.newPage();
    await demo.signIn(page);
    await eventually(async () => {
      await page.goto('/catalogue/items?kind=labor');
      return page.getByRole('link', { name: 'Field Engineer' }).isVisible();
    }, 30_000);
    assert.ok(await page.getByText('Linked to 29681251').isVisible());
    await page.context().close();
  });

  for (const colorScheme of ['light', 'dark']) {
    it(`fits a phone, ${colorScheme}`, async () => {
      const page = await demo.newPage({ width: 320, colorScheme });
      await demo.signIn(page);
      for (const path of PAGES) {
        await page.goto(path);
        const width = await page.evaluate(() => document.documentElement.scrollWidth);
        assert.ok(width <= 320, `${path} is ${width} px wide`);
        await axe(page);
        if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/${path.split('/').pop()}-${colorScheme}.png`, fullPage: true });
      }
      await page.context().close();
    });
  }
});
