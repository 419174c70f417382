// Every page in every state: nothing for axe to find, no sideways scrolling, no script errors,
// light and dark, wide and narrow; and the same controls without JavaScript.
//
// SCREENSHOTS=1 keeps a picture of each in output/.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { quote } from './documents.js';
import { eventually, startDemo } from './harness.js';
import { tabThrough } from './keyboard.js';
import { looksRight as atEveryLook } from './looks.js';
import { PAGE, control, fill, save, turnOn } from './settings.js';

const MOST_SCRIPT = 25 * 1024;
const PROBABILITY = ['When a quote is created', 'Probability % (optional)'];
const LONG = 'a-name-without-any-place-to-break-it-'.repeat(4);

describe('pages of a tenant that begins', () => {
  const site = open(['--fresh', '--no-quotes']);

  looksRight(site, 'apps-fresh', (page) => page.goto('/apps'));
  looksRight(site, 'autotask-fresh', (page) => page.goto('/apps/autotask'));
  looksRight(site, 'connection-tested-at-start', (page) => page.goto('/apps/autotask/connection'));
  looksRight(site, 'opportunities-disabled', (page) => page.goto(PAGE));
  looksRight(site, 'activity-empty', (page) => page.goto('/activity'));
  looksRight(site, 'history-of-lists-alone', (page) => page.goto('/history'));
  looksRight(site, 'opportunities-fresh', async (page) => {
    await page.goto(PAGE);
    await turnOn(page);
  });
  looksRight(site, 'autotask-enabled', (page) => page.goto('/apps/autotask'));
  looksRight(site, 'opportunities-refused', async (page) => {
    await page.goto(PAGE);
    for (const list of await page.locator('#settings select').all()) await list.selectOption('');
    await control(page, ...PROBABILITY).fill('150');
    assert.equal(await save(page), 422);
  });
  looksRight(site, 'push-held-for-setup', async (page) => {
    const { push } = await site.demo.putQuote('Q-1', quote());
    await eventually(async () => (await site.demo.push(push)).status === 'held');
    await page.goto(pageOf(push));
  });
  looksRight(site, 'opportunities-saved', async (page) => {
    await page.goto(PAGE);
    await fill(page);
    assert.equal(await save(page), 303);
  });
});

describe('pages of a tenant that is set up', () => {
  const site = open(['--no-quotes']);

  looksRight(site, 'apps', (page) => page.goto('/apps'));
  looksRight(site, 'autotask', (page) => page.goto('/apps/autotask'));
  looksRight(site, 'opportunities', (page) => page.goto(PAGE));
  looksRight(site, 'opportunities-saved-with-undo', async (page) => {
    await page.goto(PAGE);
    await control(page, ...PROBABILITY).fill('40');
    assert.equal(await save(page), 303);
    await page.getByRole('button', { name: 'Undo' }).waitFor();
  });
  looksRight(site, 'opportunities-undone', async (page) => {
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByText(/is undone/).waitFor();
  });
  looksRight(site, 'opportunities-merged', async (page) => {
    await page.goto(PAGE);
    await saveMeanwhile(page, '41');
    await page.getByLabel(/Note for history/).fill('Merged');
    await control(page, 'When a quote is won', 'Stage').selectOption({ label: 'Verbal Agreement' });
    assert.equal(await save(page), 303);
    await page.getByText(/Both changes are kept/).waitFor();
  });
  looksRight(site, 'opportunities-clash', async (page) => {
    await page.goto(PAGE);
    await saveMeanwhile(page, '43');
    await control(page, ...PROBABILITY).fill('42');
    assert.equal(await save(page), 409);
    assert.match(await page.title(), /^Error: /);
    assert.ok(await page.locator('#notice').evaluate((notice) => notice === document.activeElement));
  });
  it('saves what was chosen where two people clashed', async () => {
    const { page } = site;
    await page.getByRole('radio', { name: /Yours/ }).check();
    await page.getByRole('button', { name: 'Save these choices' }).click();
    await page.getByText('Probability % is now 42.').waitFor();
    assert.equal(await control(page, ...PROBABILITY).inputValue(), '42');
  });
  looksRight(site, 'opportunities-restore', async (page) => {
    await page.goto(`${PAGE}?restore=1`);
    await page.getByText(/^This puts/).waitFor();
    await page.locator('#notice li').first().waitFor();
  });
  looksRight(site, 'history', (page) => page.goto('/history'));
  looksRight(site, 'history-filtered-empty', (page) => page.goto('/history?via=cli'));
  looksRight(site, 'history-wrong-day', (page) => page.goto('/history?from=soon'));
  looksRight(site, 'revision', (page) => page.goto('/history/3'));
  looksRight(site, 'revision-missing', (page) => page.goto('/history/999'));
  looksRight(site, 'undo-refused', async (page) => {
    await page.goto('/history/1');
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByText(/nothing before it to go back to/).waitFor();
  });
  looksRight(site, 'compare', (page) => page.goto('/history/compare?from=1&to=4'));
  looksRight(site, 'compare-wrong', (page) => page.goto('/history/compare?from=1&to=999'));
  looksRight(site, 'opportunities-nothing-to-save', async (page) => {
    await page.goto(PAGE);
    assert.equal(await save(page), 303);
    await page.getByText('Nothing to save', { exact: true }).waitFor();
  });
  looksRight(site, 'turn-off', (page) => page.goto(`${PAGE}/sync/off`));
  looksRight(site, 'push-sent', async (page) => {
    const { push } = await site.demo.putQuote('Q-1', quote('open', { lines: quote().lines.slice(0, 1) }));
    await eventually(async () => (await site.demo.push(push)).status === 'sent');
    await page.goto(pageOf(push));
    for (const part of await page.getByText('Request', { exact: true }).all()) await part.click();
  });
  looksRight(site, 'push-held', async (page) => {
    const customer = { id: '9', name: `Larch & Söhne ${LONG}`, autotask_company_id: null };
    const { push } = await site.demo.putQuote('Q-2', quote('open', { customer }));
    await eventually(async () => (await site.demo.push(push)).status === 'held');
    await page.goto(pageOf(push));
  });
  looksRight(site, 'push-waiting', async (page) => {
    await site.demo.failNext({ kind: 'status', status: 503, times: 50 });
    const { push } = await site.demo.putQuote('Q-3', quote());
    await eventually(async () => {
      await page.goto(pageOf(push));
      return page.getByText(/Retry \d+ of 14 at/).isVisible();
    });
  });
  looksRight(site, 'activity', (page) => page.goto('/activity'));
  looksRight(site, 'repairs', (page) => page.goto('/repairs'));
  looksRight(site, 'activity-held', (page) => page.goto('/activity?status=held'));
  looksRight(site, 'activity-filtered-empty', (page) => page.goto('/activity?status=skipped'));
  looksRight(site, 'not-found', (page) => page.goto('/nowhere'));

  for (const size of [{ width: 1280, height: 900 }, { width: 320, height: 640 }]) {
    it(`shows the focus at every stop of the settings page at ${size.width} px`, async () => {
      await site.page.setViewportSize(size);
      await site.page.goto(PAGE);
      assert.ok((await tabThrough(site.page)) > 40);
    });
  }

  it('has the same controls without JavaScript', async () => {
    const plain = await site.demo.newPage({ javaScript: false });
    await site.demo.signIn(plain);
    for (const address of ['/apps', '/apps/autotask', PAGE, `${PAGE}/sync/off`, '/activity', '/repairs', '/history', '/history/3', '/history/compare?from=1&to=3', '/nowhere']) {
      await Promise.all([plain, site.page].map((page) => page.goto(address)));
      assert.deepEqual(await controls(plain), await controls(site.page), address);
    }
    await plain.context().close();
  });

  it('loads little script', async () => {
    const fresh = await site.demo.newPage();
    await site.demo.signIn(fresh);
    await fresh.goto(PAGE);
    const bytes = await fresh.evaluate(() =>
      performance.getEntriesByType('resource')
        .filter(({ initiatorType }) => initiatorType === 'script')
        .reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0),
    );
    assert.ok(bytes > 0 && bytes <= MOST_SCRIPT, `${bytes} bytes of script`);
    await fresh.context().close();
  });
});

describe('pages of whoever is not signed in', () => {
  const site = open(['--fresh', '--no-quotes'], { isSignedIn: false });

  looksRight(site, 'sign-in', (page) => page.goto('/sign-in'));
  looksRight(site, 'sign-in-refused', async (page) => {
    assert.equal(await signInWrongly(page), 401);
  });
  looksRight(site, 'not-found-outside', (page) => page.goto('/nowhere'));
  looksRight(site, 'sign-in-throttled', (page) =>
    // Each failure doubles the wait, so that one of the next tries comes too early.
    eventually(async () => (await signInWrongly(page)) === 429),
  );
});

/** A demo and one page in it, for the tests of a `describe`. */
function open(flags, { isSignedIn = true } = {}) {
  const site = {};
  before(async () => {
    site.demo = await startDemo(flags);
    site.page = await site.demo.newPage();
    if (isSignedIn) await site.demo.signIn(site.page);
  });
  after(async () => {
    await site.page?.context().close();
    await site.demo?.stop();
  });
  return site;
}

/** Brings a page into a state, then looks at it in both colour schemes and both widths. */
function looksRight(site, name, enter) {
  it(`${name} looks right`, async () => {
    const { page } = site;
    await page.setViewportSize({ width: 1280, height: 900 });
    await enter(page);
    await atEveryLook(page, name);
  });
}

/** Tries a wrong password and resolves with the answer's status. */
async function signInWrongly(page) {
  if (new URL(page.url()).pathname !== '/sign-in') await page.goto('/sign-in');
  await page.getByLabel('Email').fill('robin@northwind-it.example');
  await page.getByLabel('Password').fill('not the password at all');
  const answer = page.waitForResponse((response) => response.request().method() === 'POST');
  await page.getByRole('button', { name: 'Sign in' }).click();
  const status = (await answer).status();
  await page.waitForLoadState();
  return status;
}

/** Saves another probability in a second window, while `page` stays as it is. */
async function saveMeanwhile(page, probability) {
  const other = await page.context().newPage();
  await other.goto(PAGE);
  await control(other, ...PROBABILITY).fill(probability);
  assert.equal(await save(other), 303);
  await other.close();
}

/** The page of a push, from its address in the API. */
function pageOf(push) {
  return `/activity/${push.split('/').at(-1)}`;
}

/** Everything that can be used on a page, by what it is and where it leads. */
function controls(page) {
  return page.evaluate(() =>
    [...document.querySelectorAll('a[href], button, input, select, textarea, summary')].map((element) => {
      const { tagName, type, name, id } = element;
      const changes = name === 'form_id';
      return [tagName, type, name, id, element.getAttribute('href'), changes ? null : element.getAttribute('value'), element.textContent.trim()];
    }),
  );
}
