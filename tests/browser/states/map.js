// The category map with suggestions of every kind, its tools and its file.

import assert from 'node:assert/strict';
import { quote } from '../documents.js';
import { refreshLists } from '../lists.js';
import { PAGE } from '../settings.js';
import { open } from './site.js';

export const TITLE = 'the category map';

const IMPORT = `${PAGE}/map/import`;
const POWER = 29681709;

export function states(visit) {
  const site = open(['--no-quotes'], async ({ demo }) => {
    const [product] = quote().lines;
    const categories = ['Hardware/Accessory', 'Hardware/Phone', 'Gadgets/Laptops', 'Zoo', 'Aviary'];
    const line = (category, index) => ({ ...product, id: String(index), sku: `MAP-${index}`, category });
    await demo.putQuote('Q-MAP', quote('open', { lines: categories.map(line) }));
  });
  tools(visit, site);
  file(visit, site);

  visit(site, 'map-needs-attention', async (page) => {
    await site.demo.editPicklist('Products/productCategory', POWER, { isActive: false });
    await refreshLists(page);
    await page.goto(`${PAGE}?map_state=attention`);
    assert.equal(await page.locator('[data-map] tbody tr:visible').count(), 1);
  });
}

function tools(visit, site) {
  const press = (page, name) => page.getByRole('button', { name, exact: true }).click();
  const told = (page, text) => page.locator('[data-map-status]').getByText(text).waitFor();
  const row = (page, name) => page.locator('[data-map] tbody tr').filter({ has: page.locator('th').getByText(name, { exact: true }) });

  visit(site, 'map-suggestions', async (page) => {
    await page.goto(PAGE);
    await page.getByText(/Suggested: Hardware › Laptops — same last part/).waitFor();
  });
  visit(site, 'map-accepted-exact', async (page) => {
    await page.goto(PAGE);
    const accept = page.getByRole('button', { name: /^Accept \d+ exact matches$/ });
    const [count] = (await accept.textContent()).match(/\d+/);
    await accept.click();
    await told(page, `${count} exact matches accepted. Nothing is saved yet.`);
  });
  visit(site, 'map-filtered', async (page) => {
    await page.goto(`${PAGE}?map_state=unmapped`);
    await row(page, 'Zoo').waitFor();
    await row(page, 'Hardware › Power').waitFor({ state: 'hidden' });
  });
  visit(site, 'map-search-empty', async (page) => {
    await page.goto(`${PAGE}?map_q=submarine`);
    assert.equal(await page.locator('[data-map] tbody tr:visible').count(), 0);
    await told(page, /^0 of \d+ shown\./);
  });
  visit(site, 'map-nothing-selected', async (page) => {
    await page.goto(PAGE);
    await press(page, 'Map selected');
    await told(page, 'Select at least one row first.');
  });
  visit(site, 'map-bulk', async (page) => {
    await page.goto(PAGE);
    for (const name of ['Zoo', 'Aviary']) await row(page, name).getByRole('checkbox').check();
    await page.getByLabel('Map selected to…').selectOption({ label: 'Warranty' });
    await press(page, 'Map selected');
    await told(page, '2 rows mapped to Warranty. Nothing is saved yet.');
  });
}

function file(visit, site) {
  const read = async (page, text) => {
    await page.goto(IMPORT);
    await page.getByLabel('Or paste its lines').fill(text);
    await page.getByRole('button', { name: 'Show what changes' }).click();
  };

  visit(site, 'map-import', async (page) => {
    await page.goto(IMPORT);
    await page.getByLabel('CSV file').waitFor();
  });
  visit(site, 'map-import-refused', async (page) => {
    await read(page, 'what,is,this\n');
    await page.getByRole('heading', { name: 'There is a problem' }).waitFor();
  });
  visit(site, 'map-import-diff', async (page) => {
    await read(page, 'category;autotask_category\nAviary;Warranty\nZoo;Nothing like it\nNowhere;Warranty\n');
    await page.getByRole('heading', { name: 'What the file changes' }).waitFor();
    for (const heading of ['Wrong lines', 'Unknown categories', 'Added']) await page.getByRole('heading', { name: heading }).waitFor();
  });
}
