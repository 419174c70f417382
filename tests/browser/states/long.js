// A large tenant: lists that are typed, and a category map of 500 rows.

import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import { addCategories, startBigDemo } from '../big.js';
import { PAGE, control, save } from '../settings.js';
import { signedIn } from './site.js';

export const TITLE = 'a large tenant';

const MANY = 500;

export function states(visit) {
  const site = {};
  before(async () => {
    const { demo, stop } = await startBigDemo();
    Object.assign(site, { demo, stop, page: await signedIn(demo) });
    await addCategories(demo);
  });
  after(async () => {
    await site.page?.context().close();
    await site.stop?.();
  });
  const owner = () => control(site.page, 'When a quote is created', 'Default owner');
  const rows = () => site.page.locator('[data-map] tbody tr');

  visit(site, 'long-lists', async (page) => {
    await page.goto(PAGE);
    assert.equal(await owner().getAttribute('role'), 'combobox');
  });
  const toOwner = async (page) => {
    await page.goto(PAGE);
    await owner().focus();
  };
  visit(site, 'combobox-open', toOwner, async (page) => {
    await page.keyboard.press('Alt+ArrowUp');
    await page.keyboard.press('ArrowDown');
    assert.equal(await page.locator('.popup').getByRole('option').count(), 50);
  });
  visit(site, 'combobox-narrowed', toOwner, async (page) => {
    await owner().fill('');
    await owner().fill('example nora');
    assert.ok(await page.locator('.popup mark').first().isVisible());
  });
  visit(site, 'combobox-no-match', toOwner, async (page) => {
    await owner().fill('');
    await owner().fill('zzz');
    assert.match(await page.locator('.popup').innerText(), /^Nothing is called “zzz”\./);
  });
  visit(site, 'name-unknown-with-nearest', async (page) => {
    await page.goto(PAGE);
    await owner().fill('Nora Biankhi');
    assert.equal(await save(page), 422);
    await page.getByRole('button', { name: /^Nora Bianchi/ }).waitFor();
  });
  visit(site, 'name-ambiguous', async (page) => {
    await page.goto(PAGE);
    await owner().fill('A');
    assert.equal(await save(page), 422);
    assert.ok((await page.locator('.near button').count()) > 1);
  });
  visit(site, 'eleven-wrong-map-rows', async (page) => {
    await page.goto(PAGE);
    for (let index = 0; index < 11; index += 1) await rows().nth(index).getByRole('combobox').fill('Nothing like it');
    assert.equal(await save(page), 422);
    await page.getByText('and 1 more in Map your product categories to Autotask').waitFor();
  });
  visit(site, '500-map-rows', async (page) => {
    await addCategories(site.demo, MANY);
    await page.goto(PAGE);
    assert.ok((await rows().count()) >= MANY);
  });
}
