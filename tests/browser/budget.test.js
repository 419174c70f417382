// What the settings page of a large tenant weighs: 300 owners, 220 billing codes, 800 product categories to choose
// from, and a category map of more than 64 rows.

import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { CATEGORIES, addCategories, startBigDemo } from './big.js';
import { eventually } from './harness.js';
import { PAGE, control, save } from './settings.js';

const KB = 1024;
const MOST = { html: 45 * KB, css: 15 * KB, script: 25 * KB, all: 100 * KB, requests: 5, nodes: 3_000, pages: 3 };

let big;
before(async () => {
  big = await startBigDemo();
  await addCategories(big.demo);
});
after(() => big?.stop());

/** A visitor who has nothing in the cache, on the settings page. */
async function firstVisit(use, options = {}) {
  const page = await big.demo.newPage(options);
  try {
    await big.demo.signIn(page);
    return await use(page);
  } finally {
    await page.context().close();
  }
}

it('fits its budget on the first visit', async () => {
  const told = await firstVisit(async (page) => {
    const session = await page.context().newCDPSession(page);
    await session.send('Network.enable');
    await session.send('Network.clearBrowserCache');
    const asked = [];
    page.on('request', (request) => asked.push(request.url()));
    const answer = await page.goto(PAGE);
    await page.waitForLoadState('networkidle');
    assert.equal(answer.headers()['content-encoding'], 'br');
    const sizes = await page.evaluate(() => {
      const bytes = ({ encodedBodySize }) => encodedBodySize;
      const resources = performance.getEntriesByType('resource');
      const of = (end) => resources.filter(({ name }) => name.endsWith(end)).map(bytes).reduce((sum, size) => sum + size, 0);
      return {
        html: bytes(performance.getEntriesByType('navigation')[0]),
        css: of('.css'),
        script: of('.js'),
        icon: of('.svg'),
        nodes: document.querySelectorAll('*').length,
        rows: document.querySelectorAll('[aria-labelledby=category_map] tbody tr').length,
        elsewhere: resources.filter(({ name }) => new URL(name).origin !== location.origin).length,
      };
    });
    // A browser without a window asks for no icon; one with a window does.
    const icon = asked.some((url) => url.endsWith('.svg')) ? 0 : 1;
    return { ...sizes, requests: asked.length + icon };
  });
  console.log(`${JSON.stringify(told)}`);
  const { html, css, script, icon, requests, nodes, rows, elsewhere } = told;
  assert.ok(rows >= CATEGORIES, `${rows} rows`);
  assert.ok(css > 0 && script > 0, 'both are measured, not taken from a cache');
  assert.ok(html <= MOST.html, `${html} bytes of HTML`);
  assert.ok(css <= MOST.css, `${css} bytes of CSS`);
  assert.ok(script <= MOST.script, `${script} bytes of script`);
  assert.ok(html + css + script + icon <= MOST.all);
  assert.ok(requests <= MOST.requests, `${requests} requests`);
  assert.ok(nodes <= MOST.nodes, `${nodes} elements`);
  assert.equal(elsewhere, 0);
});

it('asks for nothing but the page on the next visit', () =>
  firstVisit(async (page) => {
    await page.goto(PAGE);
    await page.goto('/apps');
    await page.goto(PAGE);
    const again = await page.evaluate(() => performance.getEntriesByType('resource').map(({ name, transferSize }) => [name, transferSize]));
    // Whether the browser tells of the icon again is its own affair.
    assert.equal(again.filter(([name]) => /\.(css|js)$/.test(name)).length, 2);
    assert.deepEqual(again.filter(([, size]) => size > 0), []);
  }));

it('has few elements without JavaScript too', () =>
  firstVisit(
    async (page) => {
      await page.goto(PAGE);
      const nodes = (await page.content()).match(/<[a-z]/g).length;
      assert.ok(nodes <= MOST.nodes, `${nodes} elements`);
    },
    { javaScript: false },
  ));

it('prints on three pages with every chosen value', () =>
  firstVisit(async (page) => {
    await page.goto(PAGE);
    const margin = { top: '1cm', bottom: '1cm', left: '1cm', right: '1cm' };
    const pdf = await page.pdf({ format: 'A4', margin });
    const pages = pdf.toString('latin1').match(/\/Type \/Page\b(?!s)/g).length;
    assert.ok(pages <= MOST.pages, `${pages} pages`);
    await page.emulateMedia({ media: 'print' });
    // As wide as the paper between its margins.
    await page.setViewportSize({ width: 718, height: 1047 });
    const cut = await page.evaluate(() =>
      [...document.querySelectorAll('#settings :is(select, input[type=text])')]
        .filter((control) => control.scrollWidth > control.clientWidth + 1)
        .map(({ id }) => id),
    );
    assert.deepEqual(cut, []);
    for (const hidden of ['.side', '.actions', '.switch']) assert.ok(await page.locator(hidden).isHidden(), hidden);
  }));

it('shows the state of the switch where the system chooses the colours', () =>
  firstVisit(async (page) => {
    await page.emulateMedia({ forcedColors: 'active' });
    await page.goto(PAGE);
    const knob = () => page.getByRole('switch').evaluate((element) => {
      const [track, dot] = [getComputedStyle(element), getComputedStyle(element, '::before')];
      return [track.backgroundColor, dot.backgroundColor, track.borderColor];
    });
    const [on, dot] = await knob();
    assert.notEqual(on, dot);
    await page.getByRole('switch').evaluate((element) => element.setAttribute('aria-checked', 'false'));
    await eventually(async () => (await knob())[0] !== on);
    const [off, offDot, border] = await knob();
    assert.ok(off !== offDot && off !== border, 'track, knob and edge can be told apart');
  }));

it('saves what it shows', () =>
  firstVisit(async (page) => {
    await page.goto(PAGE);
    assert.equal(await save(page), 303);
    await page.getByText('Nothing to save', { exact: true }).waitFor();
    await control(page, 'When a quote is created', 'Probability % (optional)').fill('44');
    assert.equal(await save(page), 303);
  }));
