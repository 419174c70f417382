// Earlier quotes: offered when the sync is turned on, filtered, chosen, asked about, sent once.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { axe, eventually, startDemo } from './harness.js';
import { tabThrough } from './keyboard.js';

const PAGE = '/activity/backfill';
const OPPORTUNITIES = '/apps/autotask/opportunities';

const quote = (status, day) => ({
  title: 'Office refresh',
  status,
  currency: 'USD',
  created_at: `2026-11-${day}T09:00:00Z`,
  owner: { name: 'Robin Hale', email: 'robin@example.com' },
  customer: { id: '55', name: 'Northwind Traders' },
  lines: [
    { id: '1', kind: 'product', name: 'HDMI cable', category: 'Hardware/Accessories', quantity: '3', unit_price: '11.50' },
  ],
});

async function turn(page, to) {
  await page.goto(OPPORTUNITIES);
  await page.getByRole('switch').click();
  if (to === 'off') await page.getByRole('button', { name: 'Turn off sync' }).click();
  await page.waitForURL((url) => url.search.includes(`sync=${to}`));
}

describe('earlier quotes', () => {
  let demo;
  before(async () => {
    demo = await startDemo(['--no-quotes']);
  });
  after(() => demo?.stop());

  const sentQuotes = async (prefix) =>
    (await demo.entities('Opportunities')).filter((row) => row.title.startsWith(prefix)).map((row) => row.title.split(' ')[0]);

  for (const javaScript of [true, false]) {
    it(`are offered, chosen and sent, ${javaScript ? 'with' : 'without'} scripts`, async () => {
      const prefix = javaScript ? 'J' : 'N';
      const page = await demo.newPage({ javaScript, width: javaScript ? 1280 : 320 });
      const check = async () => {
        if (javaScript) await axe(page);
        const width = await page.locator('html').evaluate((html) => [html.scrollWidth, html.clientWidth]).catch(() => [0, 0]);
        assert.ok(width[0] <= width[1], `${page.url()} is ${width[0]} wide in ${width[1]}`);
      };
      await demo.signIn(page);
      await turn(page, 'off');
      for (const [number, status, day] of [['1', 'open', 10], ['2', 'won', 11], ['3', 'lost', 12], ['4', 'open', 13]]) {
        await demo.putQuote(`${prefix}-${number}`, quote(status, day));
      }
      await turn(page, 'on');
      assert.ok(await page.getByText('0 existing quotes will be sent. 4 earlier quotes and sales were received and not sent.').isVisible());
      assert.deepEqual(await sentQuotes(prefix), []);
      await page.getByRole('link', { name: 'Choose which to send' }).click();
      await page.waitForURL((url) => url.pathname === PAGE);
      assert.ok(await page.getByText('4 quotes, USD 138.00 in total.').isVisible());
      await check();
      if (javaScript) assert.ok((await tabThrough(page)) > 10);

      // Nothing chosen is said so, and changes nothing.
      await page.getByRole('button', { name: 'Send selected' }).click();
      assert.ok(await page.getByText('Nothing is chosen').isVisible());
      await check();

      // Two of them, one by one.
      await page.getByRole('checkbox', { name: `Choose ${prefix}-4` }).check();
      await page.getByRole('checkbox', { name: `Choose ${prefix}-2` }).check();
      await page.getByRole('button', { name: 'Send selected' }).click();
      await page.waitForURL((url) => url.pathname === `${PAGE}/confirm`);
      assert.ok(await page.getByRole('heading', { name: 'Send 2 quotes to Autotask?' }).isVisible());
      assert.ok(await page.getByText('1 open quote becomes an opportunity.').isVisible());
      assert.ok(await page.getByText('1 won quote becomes an opportunity that is then won.').isVisible());
      await check();
      assert.deepEqual(await sentQuotes(prefix), []);
      await page.getByRole('button', { name: 'Send 2 quotes' }).click();
      await page.waitForURL((url) => /\/backfill\/[0-9a-f-]{36}$/.test(url.pathname));
      assert.ok(await page.getByRole('heading', { name: '2 earlier quotes and sales were queued' }).isVisible());
      await check();
      await eventually(async () => (await sentQuotes(prefix)).length === 2);
      // Different quotes are sent at the same time: which is first is nobody's promise.
      assert.deepEqual((await sentQuotes(prefix)).sort(), [`${prefix}-2`, `${prefix}-4`]);
      await page.getByRole('link', { name: 'View them in Activity' }).click();
      assert.equal(await page.locator('tbody tr').count(), 2);
      assert.ok(await page.getByText('2 earlier quotes and sales were received and not sent.').isVisible());
      await check();

      // The rest, by a filter.
      await page.getByRole('link', { name: 'Choose which to send' }).click();
      await page.getByLabel('Status').selectOption('lost');
      await page.getByLabel('Owner').selectOption('Robin Hale');
      await page.getByLabel('Created from').fill('2026-11-12');
      await page.getByRole('button', { name: 'Apply' }).click();
      assert.equal(await page.locator('tbody tr').count(), 1);
      await page.getByRole('button', { name: 'Send all 1 that match' }).click();
      const question = page.url();
      await page.getByRole('button', { name: 'Send 1 quote' }).click();
      await page.waitForURL((url) => /\/backfill\/[0-9a-f-]{36}$/.test(url.pathname));
      await eventually(async () => (await sentQuotes(prefix)).length === 3);

      // The same question again has nothing left to ask.
      await page.goto(question);
      assert.ok(await page.getByRole('heading', { name: 'Nothing to send' }).isVisible());
      await check();
      await page.getByRole('link', { name: 'Choose again' }).click();
      assert.ok(await page.getByText('No earlier quote or sale fits this filter.').isVisible());
      await page.getByRole('link', { name: 'Clear filter' }).click();
      await page.getByRole('button', { name: 'Send all 1 that match' }).click();
      await page.getByRole('button', { name: 'Send 1 quote' }).click();
      await eventually(async () => (await sentQuotes(prefix)).length === 4);
      assert.deepEqual(page.problems, []);
      await page.context().close();
    });
  }

  it('say what is wrong with a date that cannot be read', async () => {
    const page = await demo.newPage({ colorScheme: 'dark' });
    await demo.signIn(page);
    await page.goto(`${PAGE}?from=yesterday`);
    assert.ok(await page.getByRole('link', { name: 'Enter a date such as 2026-11-23' }).isVisible());
    await axe(page);
    await page.context().close();
  });
});
