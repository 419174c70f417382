// Connecting Autotask, as a person does it: tested, refused, saved, reconnected, ended, with and without JavaScript.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { axe, startDemo } from './harness.js';

const PAGE = '/apps/autotask/connection';
const SECRET = 'emulator-only';

for (const javaScript of [true, false]) {
  describe(`the connection page ${javaScript ? 'with' : 'without'} JavaScript`, () => {
    let demo;
    let page;
    before(async () => {
      demo = await startDemo(['--no-quotes']);
      page = await demo.newPage({ javaScript });
      await demo.signIn(page);
    });
    after(async () => {
      await page?.context().close();
      await demo?.stop();
    });

    const button = (name) => page.getByRole('button', { name, exact: true });
    const line = (label) => page.locator('.checks li', { hasText: label });
    /** Presses a button and resolves with the first answer's status. */
    const press = async (name) => {
      const answer = page.waitForResponse((response) => response.request().method() === 'POST');
      await button(name).click();
      const status = (await answer).status();
      await page.waitForLoadState();
      return status;
    };
    /** Looks at the page in both colour schemes and both widths, then lets nothing of it be lost. */
    const looksRight = async () => {
      for (const colorScheme of ['light', 'dark']) {
        await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
        for (const width of [320, 1280]) {
          await page.setViewportSize({ width, height: 900 });
          if (javaScript) await axe(page);
          const sideways = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
          assert.equal(sideways, 0, `scrolls sideways at ${width} px`);
        }
      }
    };

    it('is led to from the Autotask page', async () => {
      await page.goto('/apps/autotask');
      await page.getByRole('link', { name: 'Test or edit the connection' }).click();
      assert.equal(new URL(page.url()).pathname, PAGE);
      assert.ok(await page.getByText('Test server', { exact: true }).first().isVisible());
      await looksRight();
    });

    it('tests what is saved and keeps the secret to itself', async () => {
      await page.goto(PAGE);
      assert.equal(await press('Test connection'), 200);
      assert.equal(await page.locator('.checks li').count(), 7);
      assert.match(await line('User name and secret accepted').innerText(), /Passed/);
      assert.match(await line('Encrypted connection').innerText(), /Warning/);
      assert.equal((await page.content()).includes(SECRET), false);
      await looksRight();
    });

    it('refuses a wrong secret and keeps everything else that was typed', async () => {
      await page.goto(PAGE);
      await page.getByLabel('Secret', { exact: false }).first().fill('wrong');
      await page.getByLabel('Currency').selectOption('EUR');
      assert.equal(await press('Save'), 422);
      assert.match(await line('User name and secret accepted').innerText(), /Failed/);
      assert.match(await line('API use this hour').innerText(), /Not checked/);
      assert.equal(await page.getByLabel('Currency').inputValue(), 'EUR');
      assert.equal(await page.locator('#secret').inputValue(), '');
      assert.equal(await button('Save anyway').count(), 0);
      await looksRight();
    });

    it('names what is missing beside its field', async () => {
      await page.goto(PAGE);
      await page.locator('#user_name').fill('');
      assert.equal(await press('Save'), 422);
      assert.ok(await page.getByRole('link', { name: 'Enter the API user name' }).isVisible());
      assert.equal(await press('Reconnect'), 422);
      assert.ok(await page.getByRole('link', { name: 'Enter the new secret' }).isVisible());
    });

    it('offers to save anyway when Autotask is down', async () => {
      await page.goto(PAGE);
      await demo.failNext({ kind: 'status', status: 503, path: 'zoneInformation', times: 2 });
      assert.equal(await press('Save'), 422);
      await looksRight();
      assert.equal(await press('Save anyway'), 303);
      assert.ok(await page.getByText('Autotask is connected', { exact: true }).isVisible());
    });

    it('reconnects with a new secret', async () => {
      await page.goto(PAGE);
      await page.locator('#new_secret').fill(SECRET);
      assert.equal(await press('Reconnect'), 303);
      assert.ok(await page.getByText('Autotask is connected', { exact: true }).isVisible());
      assert.match(await page.getByText(/^Saved on/).innerText(), /by Robin Admin\. Leave empty to keep it\.$/);
    });

    it('asks for the name before it is ended, and connects again', async () => {
      await page.goto(PAGE);
      await page.getByRole('link', { name: 'Disconnect Autotask' }).click();
      assert.equal(await press('Disconnect Autotask'), 422);
      await looksRight();
      await page.getByLabel('Organization name').fill(demo.tenant);
      assert.equal(await press('Disconnect Autotask'), 303);
      assert.ok(await page.getByText('Autotask is disconnected', { exact: true }).isVisible());
      await looksRight();
      await page.locator('#secret').fill(SECRET);
      assert.equal(await press('Save'), 303);
      assert.ok(await page.getByText('Autotask is connected', { exact: true }).isVisible());
      assert.deepEqual(page.problems, []);
    });
  });
}
