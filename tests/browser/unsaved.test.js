// What the scripts add to the settings page: nobody loses what they typed by accident.

import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { startDemo } from './harness.js';
import { PAGE, control } from './settings.js';

const PROBABILITY = ['When a quote is created', 'Probability % (optional)'];

let demo;
let page;
before(async () => {
  demo = await startDemo(['--no-quotes']);
  page = await demo.newPage();
  await demo.signIn(page);
  await page.goto(PAGE);
});
after(async () => {
  await page?.context().close();
  await demo?.stop();
});

it('counts changes, and takes back what was changed back', async () => {
  const state = page.locator('[data-changes]');
  const discard = page.getByRole('link', { name: 'Discard' });
  const probability = control(page, ...PROBABILITY);
  const before = await probability.inputValue();
  assert.ok(await discard.isHidden());
  await probability.fill('12');
  assert.equal(await state.textContent(), '1 unsaved change');
  await control(page, 'When a quote is won', 'Stage').selectOption({ label: 'Negotiation' });
  assert.equal(await state.textContent(), '2 unsaved changes');
  await probability.fill(before);
  assert.equal(await state.textContent(), '1 unsaved change');
  assert.ok(await discard.isVisible());
});

it('asks before changes are lost, and not when they are discarded', async () => {
  const asked = page.waitForEvent('dialog').then(async (dialog) => {
    await dialog.dismiss();
    return dialog.type();
  });
  await page.getByRole('link', { name: 'Activity', exact: true }).click({ noWaitAfter: true });
  assert.equal(await asked, 'beforeunload');
  assert.equal(new URL(page.url()).pathname, PAGE);
  assert.equal(await page.locator('[data-changes]').textContent(), '1 unsaved change');
  const questions = [];
  page.on('dialog', (dialog) => questions.push(dialog.accept()));
  await page.getByRole('link', { name: 'Discard' }).click();
  await page.getByRole('link', { name: 'Discard' }).waitFor({ state: 'hidden' });
  assert.deepEqual(questions, []);
});

it('saves on Ctrl+S', async () => {
  await control(page, ...PROBABILITY).fill('13');
  await page.keyboard.press('Control+s');
  await page.getByText('Settings saved').waitFor();
  assert.equal(await control(page, ...PROBABILITY).inputValue(), '13');
  assert.deepEqual(page.problems, []);
});
