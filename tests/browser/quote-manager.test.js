// Kaseya Quote Manager, as a person connects it and says what its codes mean: with and without JavaScript, with a
// keyboard alone.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { axe, startDemo } from './harness.js';
import { tabThrough } from './keyboard.js';
import { SOURCE, meaning, press, quoteWithCode, row, until } from './source.js';

const RECURRING = 'How often a line is billed';
const STATUS = 'Status of a quote';

for (const javaScript of [true, false]) {
  describe(`the page of Quote Manager ${javaScript ? 'with' : 'without'} JavaScript`, () => {
    let demo;
    let page;
    before(async () => {
      demo = await startDemo(['--fresh', '--no-quotes']);
      page = await demo.newPage({ javaScript });
      await demo.signIn(page);
    });
    after(async () => {
      await page?.context().close();
      await demo?.stop();
    });

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

    it('is reached from the apps', async () => {
      await page.goto('/apps');
      await page.getByRole('link', { name: 'Kaseya Quote Manager' }).click();
      assert.equal(new URL(page.url()).pathname, SOURCE);
      await page.getByText('Not connected', { exact: true }).waitFor();
      await page.getByText('Test server', { exact: true }).first().waitFor();
      await looksRight();
    });

    it('refuses a wrong key and keeps everything else that was typed', async () => {
      await page.goto(SOURCE);
      await page.locator('#key').fill('wrong');
      await page.getByLabel('Currency').selectOption('EUR');
      await page.getByLabel('Read every (minutes)').fill('5');
      assert.equal(await press(page, 'Save'), 422);
      assert.match(await page.locator('.checks li').first().innerText(), /Failed/);
      assert.deepEqual(
        [await page.locator('#key').inputValue(), await page.getByLabel('Currency').inputValue(), await page.getByLabel('Read every (minutes)').inputValue()],
        ['', 'EUR', '5'],
      );
      await looksRight();
    });

    it('names what is missing beside its field', async () => {
      await page.goto(SOURCE);
      await page.getByLabel('Read every (minutes)').fill('often');
      assert.equal(await press(page, 'Save'), 422);
      await page.getByRole('link', { name: 'Enter the API key of Kaseya Quote Manager' }).waitFor();
      await page.getByRole('link', { name: 'Read every must be a whole number from 1 to 60 minutes' }).click();
      assert.equal(new URL(page.url()).hash, '#every_minutes');
    });

    it('tests a key, saves it, and never shows it', async () => {
      await page.goto(SOURCE);
      await page.locator('#key').fill(demo.quote_manager_key);
      assert.equal(await press(page, 'Test connection'), 200);
      await page.getByText('The connection works', { exact: true }).waitFor();
      await page.getByText('Not connected', { exact: true }).waitFor();
      await page.locator('#key').fill(demo.quote_manager_key);
      assert.equal(await press(page, 'Save'), 303);
      await page.getByText('Kaseya Quote Manager is connected', { exact: true }).waitFor();
      assert.match(await page.getByText(/^Saved on/).innerText(), /by Robin Admin\. Leave empty to keep it\.$/);
      assert.equal((await page.content()).includes(demo.quote_manager_key), false);
      await looksRight();
    });

    it('shows an unknown code first, and says what it means', async () => {
      await quoteWithCode(demo, 9001, 7);
      await until(page, () => row(page, RECURRING, '7'));
      await meaning(page, RECURRING, '7').selectOption({ label: 'Monthly' });
      assert.equal(await press(page, 'Save codes'), 303);
      await page.getByText('Settings saved', { exact: true }).waitFor();
      assert.equal(await meaning(page, RECURRING, '7').locator('option:checked').textContent(), 'Monthly');
      await looksRight();
    });

    it('adds a code before it is seen, and suggests what is known', async () => {
      await page.goto(SOURCE);
      assert.match(await row(page, STATUS, '3').innerText(), /Suggested/);
      await row(page, RECURRING).getByLabel('Another code').fill('nine');
      await meaning(page, RECURRING).selectOption({ label: 'Yearly' });
      assert.equal(await press(page, 'Save codes'), 422);
      await page.getByRole('link', { name: 'Enter the code as a whole number' }).waitFor();
      await looksRight();
      await row(page, RECURRING).getByLabel('Another code').fill('9');
      assert.equal(await press(page, 'Save codes'), 303);
      assert.equal(await meaning(page, RECURRING, '9').locator('option:checked').textContent(), 'Yearly');
      await page.goto('/history');
      await page.locator('main li').getByText('Quote Manager code quoteline.recurringType 9').first().waitFor();
    });

    it('pauses and goes on', async () => {
      await page.goto(SOURCE);
      assert.equal(await press(page, 'Pause'), 303);
      await page.getByText('Reading is paused', { exact: true }).waitFor();
      assert.equal(await press(page, 'Go on'), 303);
      await page.getByText('Reading goes on', { exact: true }).waitFor();
      assert.equal(await press(page, 'Read now'), 303);
      await page.getByText('Reading now', { exact: true }).waitFor();
    });

    it('asks for the name before the end', async () => {
      await page.goto(SOURCE);
      await page.getByRole('link', { name: 'Disconnect Kaseya Quote Manager' }).click();
      assert.equal(await press(page, 'Disconnect Kaseya Quote Manager'), 422);
      await looksRight();
      await page.getByLabel('Organization name').fill(demo.tenant);
      assert.equal(await press(page, 'Disconnect Kaseya Quote Manager'), 303);
      await page.getByText('The connection is ended', { exact: true }).waitFor();
      assert.deepEqual(page.problems, []);
    });

    for (const size of javaScript ? [{ width: 1280, height: 900 }, { width: 320, height: 640 }] : []) {
      it(`shows the focus at every stop at ${size.width} px`, async () => {
        await page.setViewportSize(size);
        await page.goto(SOURCE);
        assert.ok((await tabThrough(page)) > 20);
      });
    }
  });
}
