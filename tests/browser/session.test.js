// A session that ends while somebody types: told before, and nothing typed is lost after.

import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { axe } from './harness.js';
import { addPerson, endSessions, enter, signIn, startDemoWithPeople, stop } from './people.js';
import { PAGE, control } from './settings.js';

const PROBABILITY = ['When a quote is created', 'Probability % (optional)'];
const KEPT = 'You were signed out. Your unsaved changes are still here. Check and save.';

let demo;
before(async () => {
  demo = await startDemoWithPeople(['--no-quotes']);
});
after(() => stop(demo));

for (const javaScript of [true, false]) {
  it(`keeps what was typed, ${javaScript ? 'with' : 'without'} scripts`, async () => {
    const page = await demo.newPage({ javaScript });
    await demo.signIn(page);
    await page.goto(PAGE);
    const typed = javaScript ? '61' : '62';
    await control(page, ...PROBABILITY).fill(typed);
    await control(page, 'When a quote is won', 'Stage').selectOption({ label: 'Negotiation' });
    await page.getByLabel('Note').fill('Before the weekend');
    endSessions(demo);
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.waitForURL((url) => url.pathname === '/sign-in');
    await page.getByText('kept for 30 minutes').waitFor();
    if (javaScript) await axe(page);
    await enter(page, demo);
    await page.getByText(KEPT).waitFor();
    assert.equal(await control(page, ...PROBABILITY).inputValue(), typed);
    assert.equal(await page.getByLabel('Note').inputValue(), 'Before the weekend');
    const stage = control(page, 'When a quote is won', 'Stage').locator('option:checked');
    assert.equal(await stage.textContent(), 'Negotiation');
    if (javaScript) await axe(page);
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText('Settings saved').waitFor();
    assert.equal(await control(page, ...PROBABILITY).inputValue(), typed);
    await page.context().close();
  });
}

it('shows somebody else the plain page', async () => {
  const page = await demo.newPage();
  const kim = addPerson(demo, 'Kim', 'administrator');
  await demo.signIn(page);
  await page.goto(PAGE);
  await control(page, ...PROBABILITY).fill('99');
  endSessions(demo);
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.waitForURL((url) => url.pathname === '/sign-in');
  await enter(page, kim);
  await page.waitForURL((url) => url.pathname === PAGE);
  assert.notEqual(await control(page, ...PROBABILITY).inputValue(), '99');
  assert.equal(await page.getByText(KEPT).count(), 0);
  await page.context().close();
});

it('tells five minutes before, and goes on when asked to', async () => {
  const page = await demo.newPage();
  await page.clock.install();
  await signIn(page, demo);
  await page.goto(PAGE);
  const notice = page.locator('[data-session]');
  await page.clock.fastForward('54:00');
  assert.equal(await notice.textContent(), '');
  await page.clock.fastForward('01:05');
  await page.getByText('You will be signed out in 5 minutes.').waitFor();
  await axe(page);
  await control(page, ...PROBABILITY).focus();
  await page.getByRole('button', { name: 'Stay signed in' }).click();
  await page.getByText('You stay signed in.').waitFor();
  assert.equal(await page.evaluate(() => document.activeElement.name), 'created[probability]');
  await page.clock.fastForward('54:00');
  await page.getByText('You stay signed in.').waitFor();
  await page.clock.fastForward('01:05');
  await page.getByText('You will be signed out in 5 minutes.').waitFor();
  await page.clock.fastForward('06:00');
  await page.getByText('Your session has ended.').waitFor();
  assert.deepEqual(page.problems, []);
  await page.context().close();
});

it('says so when the session ended elsewhere', async () => {
  const page = await demo.newPage();
  await page.clock.install();
  await signIn(page, demo);
  await page.goto('/apps');
  await page.clock.fastForward('55:05');
  endSessions(demo);
  await page.getByRole('button', { name: 'Stay signed in' }).click();
  await page.getByText('Your session has ended.').waitFor();
  await page.context().close();
});
