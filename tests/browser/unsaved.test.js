// What the scripts add to the settings page: nobody loses what they typed by accident.

import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { axe, eventually, startDemo } from './harness.js';
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

it('leads from the number of changes to each field', async () => {
  await control(page, ...PROBABILITY).fill('12');
  await page.getByRole('button', { name: '2 unsaved changes' }).click();
  const links = page.locator('#changes a');
  assert.deepEqual(await links.allTextContents(), ['When a quote is created: Probability %', 'When a quote is won: Stage']);
  await axe(page);
  await links.first().click();
  assert.ok(await control(page, ...PROBABILITY).evaluate((field) => field === document.activeElement));
  assert.ok(await links.first().isHidden());
  await page.getByRole('button', { name: '2 unsaved changes' }).press('Enter');
  await page.keyboard.press('Escape');
  assert.ok(await links.first().isHidden());
  assert.ok(await page.getByRole('button', { name: '2 unsaved changes' }).evaluate((button) => button === document.activeElement));
});

it('says Changed beside each field, and puts one back', async () => {
  const changed = page.getByText('Changed', { exact: true });
  assert.equal(await changed.count(), 2);
  await page.getByRole('button', { name: 'Reset When a quote is created: Probability %' }).click();
  assert.equal(await changed.count(), 1);
  assert.equal(await control(page, ...PROBABILITY).inputValue(), '50');
  assert.ok(await control(page, ...PROBABILITY).evaluate((field) => field === document.activeElement));
  assert.equal(await page.locator('[data-changes]').textContent(), '1 unsaved change');
});

it('counts a group of radios once, and puts it back', async () => {
  const [leave, set] = ['Leave at current stage', 'Set to a stage'].map((name) => control(page, 'When a quote is lost', name));
  const wasSet = await set.isChecked();
  await (wasSet ? leave : set).check();
  assert.equal(await page.locator('[data-changes]').textContent(), '2 unsaved changes');
  await page.getByRole('button', { name: 'Reset When a quote is lost: Stage', exact: true }).click();
  assert.equal(await set.isChecked(), wasSet);
  assert.equal(await page.locator('[data-changes]').textContent(), '1 unsaved change');
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

it('tells early that somebody else saved', async () => {
  const other = await demo.newPage();
  await demo.signIn(other);
  await other.clock.install();
  let revision = null;
  let asked = 0;
  await other.route('**/opportunities/revision', (route) => {
    asked += 1;
    return revision === null ? route.abort() : route.fulfill({ json: { revision, by: 'Kim' } });
  });
  await other.goto(PAGE);
  const notice = other.getByText('Kim saved changes while you have this page open.');
  const polled = async (after) => {
    await other.clock.runFor(30_000);
    await eventually(() => asked === after);
  };
  await polled(1);
  const shown = Number(await other.locator('input[name=revision]').inputValue());
  revision = shown;
  await polled(2);
  assert.ok(await notice.isHidden());
  revision = shown + 1;
  await polled(3);
  await notice.waitFor();
  assert.equal(await other.getByRole('link', { name: 'Review in a new tab' }).getAttribute('href'), `/history/${revision}`);
  await other.context().close();
});

it('adds nothing to the page without JavaScript', async () => {
  const plain = await demo.newPage({ javaScript: false });
  await demo.signIn(plain);
  await plain.goto(PAGE);
  await control(plain, ...PROBABILITY).fill('77');
  assert.equal(await plain.locator('.changed, .changes, .early, .popup').count(), 0);
  await plain.context().close();
});
