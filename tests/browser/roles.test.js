// What viewers and editors see, and a person's own page: in light and dark, wide and narrow.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { axe } from './harness.js';
import { addPerson, signIn, startDemoWithPeople, stop } from './people.js';

const SETTINGS = '/apps/autotask/opportunities';
const LOOKS = [
  { colorScheme: 'light', width: 1280 },
  { colorScheme: 'dark', width: 320 },
];

let demo;
let viewer;
before(async () => {
  demo = await startDemoWithPeople(['--no-quotes']);
  viewer = addPerson(demo, 'Vic', 'viewer');
});
after(() => stop(demo));

/** Fails where a page has findings of axe, scrolls sideways or has script errors. */
async function looksRight(page) {
  await axe(page);
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(overflow <= 0, `${page.url()} scrolls sideways by ${overflow} px`);
  assert.deepEqual(page.problems, []);
}

describe('a viewer', () => {
  for (const look of LOOKS) {
    it(`reads every page, in ${look.colorScheme} at ${look.width} px`, async () => {
      const page = await demo.newPage(look);
      await signIn(page, viewer);
      for (const address of ['/apps/autotask', '/apps/autotask/connection', SETTINGS, `${SETTINGS}/saved`, '/activity', '/account']) {
        await page.goto(address);
        await looksRight(page);
        if (address !== '/account') {
          assert.equal(await page.locator('main form[method=post]').count(), 0, address);
        }
      }
      await page.goto(SETTINGS);
      await page.getByText('Only administrators and editors can change these settings.').waitFor();
      assert.ok(await page.getByText('Leave at current stage').or(page.getByText('Closed Lost')).first().isVisible());
      await page.goto(`${SETTINGS}/sync/off`);
      await page.getByRole('heading', { name: 'Your role does not allow this' }).waitFor();
      await looksRight(page);
      await page.context().close();
    });
  }

  it('prints the settings as a document', async () => {
    const page = await demo.newPage();
    await signIn(page, viewer);
    await page.goto(SETTINGS);
    await page.emulateMedia({ media: 'print' });
    assert.ok(await page.getByRole('navigation', { name: 'Main' }).isHidden());
    assert.ok(await page.getByText('Product material code', { exact: true }).isVisible());
    assert.ok(await page.getByText(/^.*Revision \d+\.$/).isVisible());
    await page.context().close();
  });
});

describe('a person', () => {
  for (const javaScript of [true, false]) {
    it(`chooses a theme that the server keeps, ${javaScript ? 'with' : 'without'} scripts`, async () => {
      const page = await demo.newPage({ javaScript, colorScheme: 'light' });
      await demo.signIn(page);
      const canvas = () => page.locator('body').evaluate((body) => getComputedStyle(body).backgroundColor);
      await page.getByRole('banner').locator('a[href="/account"]').click();
      const light = await canvas();
      await page.getByLabel('Dark').check();
      await page.getByRole('button', { name: 'Save theme' }).click();
      await page.getByText('Theme saved').waitFor();
      assert.equal(await page.locator('html').getAttribute('data-theme'), 'dark');
      const dark = await canvas();
      assert.notEqual(dark, light);
      if (javaScript) await looksRight(page);
      await page.getByLabel('System').check();
      await page.getByRole('button', { name: 'Save theme' }).click();
      await page.getByText('Theme saved').waitFor();
      assert.equal(await canvas(), light);
      await page.context().close();
    });
  }

  it('ends their other sessions, and changes their password', async () => {
    const [here, there] = [await demo.newPage(), await demo.newPage()];
    const kim = addPerson(demo, 'Kim', 'editor');
    for (const page of [here, there]) await signIn(page, kim);
    await here.goto('/account');
    await here.getByRole('button', { name: 'Sign out other sessions' }).click();
    await here.getByText('Other sessions ended').waitFor();
    await there.goto('/apps');
    assert.equal(new URL(there.url()).pathname, '/sign-in');
    await here.getByLabel('Current password').fill('not it');
    await here.getByLabel('New password').fill('another sentence');
    await here.getByRole('button', { name: 'Change password' }).click();
    await here.getByRole('link', { name: 'Enter your current password' }).waitFor();
    await looksRight(here);
    await here.getByLabel('Current password').fill(kim.password);
    await here.getByLabel('New password').fill('another sentence');
    await here.getByRole('button', { name: 'Change password' }).click();
    await here.getByText('Password changed').waitFor();
    await signIn(there, { ...kim, password: 'another sentence' });
    for (const page of [here, there]) await page.context().close();
  });
});
