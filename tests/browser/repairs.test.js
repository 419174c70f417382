// Repairs: what waits for a person is found, done and ignored, with or without scripts, by keyboard alone.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { quote } from './documents.js';
import { eventually, startDemo } from './harness.js';
import { tabThrough } from './keyboard.js';
import { looksRight } from './looks.js';

const PAGE = '/repairs';

describe('the list of repairs', () => {
  let demo;
  before(async () => {
    demo = await startDemo(['--no-quotes']);
  });
  after(() => demo?.stop());

  for (const javaScript of [true, false]) {
    it(`finds, shows and ignores, ${javaScript ? 'with' : 'without'} scripts`, async () => {
      const number = `Q-repair-${javaScript}`;
      const { push } = await demo.putQuote(number, quote('open', { lines: [] }));
      await eventually(async () => (await demo.push(push)).status === 'sent');
      const rows = await demo.entities('Opportunities');
      const { id } = rows.find((row) => row.title.startsWith(`${number} `));
      await demo.vanish('Opportunities', id);
      const page = await demo.newPage({ javaScript });
      await demo.signIn(page);
      await page.goto(PAGE);
      assert.ok(await page.getByText('Nothing needs you.').isVisible());
      if (javaScript) await looksRight(page, 'repairs-empty');
      await page.getByRole('button', { name: 'Check now' }).press('Enter');
      await page.getByText('The check is asked for').waitFor();
      const title = `Opportunity ${id} of quote ${number} is no longer in Autotask`;
      await eventually(async () => {
        await page.goto(PAGE);
        // What is found is shown while the check still goes on.
        const done = await page.getByText(/^Last compared with Autotask/).isVisible();
        return done && page.getByText(title, { exact: true }).isVisible();
      });
      assert.ok(await page.getByRole('link', { name: 'Repairs 1 to do' }).isVisible());
      if (javaScript) {
        await looksRight(page, 'repairs-missing');
        assert.ok((await tabThrough(page)) > 5);
      }
      await page.getByRole('link', { name: 'Link another opportunity' }).press('Enter');
      await page.getByLabel('Autotask id of the opportunity').waitFor();
      await page.goBack();
      await page.getByRole('button', { name: 'Ignore until it changes' }).press('Enter');
      await page.getByText(`${title}. It comes back when it changes.`).waitFor();
      assert.ok(await page.getByText('Nothing needs you.').isVisible());
      assert.equal(await page.getByText(/^\d+ to do$/).count(), 0);
      assert.deepEqual(page.problems, []);
      await page.context().close();
    });
  }
});
