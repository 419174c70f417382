// The category map: what its tools do with scripts happens without them too, and nothing is saved by any of them.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { quote } from './documents.js';
import { axe, startDemo } from './harness.js';
import { seesFocus, tabTo } from './keyboard.js';
import { PAGE, save } from './settings.js';

const IMPORT = `${PAGE}/map/import`;

let demo;
before(async () => {
  demo = await startDemo(['--no-quotes']);
  // Exact: Accessory and Phone; a weak one; and two that nothing is like.
  const categories = ['Hardware/Accessory', 'Hardware/Phone', 'Gadgets/Laptops', 'Zoo', 'Aviary'];
  const lines = categories.map((category, at) => ({
    id: String(at),
    kind: 'product',
    name: `Thing ${at}`,
    quantity: '1',
    unit_price: '9.00',
    unit_cost: '5.00',
    taxable: true,
    category,
  }));
  await demo.putQuote('Q-MAP', quote('open', { lines }));
});
after(() => demo?.stop());

/** The page, and what the tests ask of its map. */
async function open(javaScript, address = PAGE) {
  const page = await demo.newPage({ javaScript });
  await demo.signIn(page);
  await page.goto(address);
  const section = page.getByRole('region', { name: 'Map your product categories to Autotask' });
  const row = (label) => section.locator('tbody tr').filter({ has: page.locator('th').getByText(label, { exact: true }) });
  return {
    page,
    section,
    row,
    control: (label) => section.getByRole('combobox', { name: `Autotask category ${label}`, exact: true }),
    chosen: (label) => row(label).locator('select').evaluate((select) => select.selectedOptions[0].label),
    shown: () => section.locator('tbody tr:visible').count(),
    press: (name) => section.getByRole('button', { name, exact: true }).click(),
    status: (text) => section.getByRole('status').filter({ hasText: text }).waitFor(),
    discard: () => page.context().close(),
  };
}

for (const javaScript of [true, false]) {
  describe(`the map ${javaScript ? 'with' : 'without'} scripts`, () => {
    it('shows suggestions beside empty controls and accepts them', async () => {
      const map = await open(javaScript);
      assert.equal(await map.chosen('Hardware › Phone'), 'Not mapped');
      assert.match(await map.row('Hardware › Phone').innerText(), /Suggested: Hardware › Phones — same name, spelled differently/);
      assert.match(await map.row('Gadgets › Laptops').innerText(), /Suggested: Hardware › Laptops — same last part/);
      await map.page.getByLabel('Probability %').fill('61');
      await map.press('Accept 2 exact matches');
      await map.status('2 exact matches accepted. Nothing is saved yet.');
      assert.equal(await map.chosen('Hardware › Phone'), 'Hardware › Phones');
      assert.equal(await map.chosen('Gadgets › Laptops'), 'Not mapped', 'a weak one is accepted alone');
      await map.press('Accept Hardware › Laptops for Gadgets › Laptops');
      await map.status('1 suggestion accepted');
      assert.equal(await map.chosen('Gadgets › Laptops'), 'Hardware › Laptops');
      assert.match(await map.row('Gadgets › Laptops').innerText(), /Mapped/);
      assert.equal(await map.page.getByLabel('Probability %').inputValue(), '61', 'what was typed is kept');
      if (javaScript) {
        assert.equal(await map.page.locator('[data-changes]').textContent(), '4 unsaved changes');
        await seesFocus(map.page);
        await axe(map.page);
      }
      await map.section.getByLabel('Only show what changed').check();
      if (!javaScript) await map.press('Filter');
      await map.status('3 of ');
      assert.equal(await map.shown(), 3);
      assert.deepEqual(map.page.problems, []);
      await map.discard();
    });

    it('finds rows by words and state, and loses none', async () => {
      const map = await open(javaScript);
      const all = await map.shown();
      await map.section.getByLabel('Search categories').fill('LAP gadg');
      if (!javaScript) await map.press('Filter');
      await map.status(`1 of ${all} shown.`);
      assert.equal(await map.shown(), 1);
      await map.section.getByLabel('Search categories').fill('');
      await map.section.getByLabel('State').selectOption({ label: 'Not mapped' });
      if (!javaScript) await map.press('Filter');
      await map.row('Zoo').waitFor();
      await map.row('Hardware › Power').waitFor({ state: 'hidden' });
      assert.equal(await map.section.locator('tbody tr').count(), all);
      await map.page.goto(`${PAGE}?map_state=unmapped&map_q=zoo`);
      assert.equal(await map.shown(), 1, 'a filter is an address, too');
      await map.discard();
    });

    it('maps and clears the rows that are selected', async () => {
      const map = await open(javaScript);
      await map.press('Map selected');
      await map.status('Select at least one row first.');
      for (const label of ['Zoo', 'Hardware › Power']) await map.row(label).getByRole('checkbox').check();
      await map.section.getByLabel('Map selected to…').selectOption({ label: 'Warranty' });
      await map.press('Map selected');
      await map.status('2 rows mapped to Warranty. Nothing is saved yet.');
      assert.equal(await map.chosen('Zoo'), 'Warranty');
      assert.equal(await map.row('Zoo').getByRole('checkbox').isChecked(), false);
      await map.row('Zoo').getByRole('checkbox').check();
      await map.press('Clear selected');
      await map.status('1 row cleared.');
      assert.equal(await map.chosen('Zoo'), 'Not mapped');
      assert.equal(await map.chosen('Hardware › Power'), 'Warranty');
      await map.discard();
    });

    it('is imported with its differences first', async () => {
      const target = javaScript ? 'Warranty' : 'Hardware › Phones';
      const map = await open(javaScript, IMPORT);
      const { page } = map;
      const upload = async () => {
        await page.getByLabel('CSV file').setInputFiles({
          name: 'map.csv',
          mimeType: 'text/csv',
          buffer: Buffer.from(`\ufeffcategory;autotask_category\r\nAviary;${target}\r\nNowhere;${target}\r\n`),
        });
        await page.getByRole('button', { name: 'Show what changes' }).click();
        await page.getByText(`→ ${target}`).waitFor();
      };
      if (javaScript) await axe(page);
      await upload();
      assert.ok(await page.getByText('Line 3').isVisible());
      if (javaScript) await axe(page);
      await page.getByRole('button', { name: 'Open in the form' }).click();
      assert.equal(await map.chosen('Aviary'), target);
      page.on('dialog', (dialog) => dialog.accept());
      await page.goto(IMPORT);
      await upload();
      await page.getByRole('button', { name: 'Save these mappings' }).click();
      await page.getByText('Settings saved').waitFor();
      assert.equal(await map.chosen('Aviary'), target);
      await page.goto(IMPORT);
      await page.getByLabel('Or paste its lines').fill('what,is,this\n');
      await page.getByRole('button', { name: 'Show what changes' }).click();
      await page.getByRole('heading', { name: 'There is a problem' }).waitFor();
      assert.equal(await page.getByLabel('Or paste its lines').inputValue(), 'what,is,this\n');
      if (javaScript) await axe(page);
      assert.deepEqual(page.problems, []);
      await map.discard();
    });

    it('saves on Enter instead of pressing a tool', async () => {
      const map = await open(javaScript);
      await map.page.getByLabel('Probability %').fill(javaScript ? '42' : '43');
      await map.page.keyboard.press('Enter');
      await map.page.getByText('Settings saved').waitFor();
      await map.discard();
    });
  });
}

it('selects all rows that are shown, and no others', async () => {
  const map = await open(true);
  await map.section.getByLabel('Search categories').fill('phone');
  await map.status('of');
  await map.section.getByLabel('Select all rows that are shown').check();
  const count = await map.shown();
  await map.press('Clear selected');
  await map.status(`${count} row${count === 1 ? '' : 's'} cleared.`);
  assert.equal(await map.chosen('Hardware › Phones'), 'Not mapped');
  assert.equal(await map.chosen('Hardware › Power'), 'Hardware › Power');
  await map.discard();
});

it('is worked without a pointer', async () => {
  const map = await open(true, `${PAGE}?map_q=phone`);
  await map.section.getByLabel('Search categories').focus();
  await tabTo(map.page, map.row('Hardware › Phone').getByRole('button', { name: /^Accept/ }));
  await map.page.keyboard.press('Enter');
  await map.status('1 suggestion accepted');
  assert.ok(await map.control('Hardware › Phone').evaluate((control) => control === document.activeElement));
  await seesFocus(map.page);
  assert.equal(await save(map.page), 303);
  assert.equal(await map.chosen('Hardware › Phone'), 'Hardware › Phones');
  await map.discard();
});

for (const width of [320, 1280]) {
  it(`fits ${width} px in the dark`, async () => {
    const page = await demo.newPage({ width, colorScheme: 'dark' });
    await demo.signIn(page);
    for (const address of [PAGE, `${PAGE}?map_state=attention`, IMPORT]) {
      await page.goto(address);
      await axe(page);
      const { scrollWidth, clientWidth } = await page.evaluate(() => {
        const root = document.documentElement;
        return { scrollWidth: root.scrollWidth, clientWidth: root.clientWidth };
      });
      assert.ok(scrollWidth <= clientWidth, `${address}: ${scrollWidth} > ${clientWidth}`);
    }
    await page.context().close();
  });
}
