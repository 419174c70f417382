// The picture of the README: the settings page as somebody sees it who has set it up.

import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, statSync } from 'node:fs';
import { after, before, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { quote } from './documents.js';
import { eventually, startDemo } from './harness.js';
import { PAGE } from './settings.js';

const MOST_BYTES = 200 * 1000;
const TAKEN = inThisFolder('output/opportunities.png');
const KEPT = inThisFolder('opportunities.png');

let demo;
before(async () => {
  demo = await startDemo(['--no-quotes']);
});
after(() => demo?.stop());

it('shows the settings page small enough for a README', async () => {
  const page = await demo.newPage({ width: 1280, height: 900 });
  await demo.signIn(page);
  const { push } = await demo.putQuote('Q-1', quote('open', { lines: quote().lines.slice(0, 1) }));
  await eventually(async () => (await demo.push(push)).status === 'sent');
  await page.goto(PAGE);
  mkdirSync(inThisFolder('output'), { recursive: true });
  await page.screenshot({ path: TAKEN, scale: 'css', animations: 'disabled' });
  const { size } = statSync(TAKEN);
  assert.ok(size < MOST_BYTES, `${size} bytes`);
  if (process.env.UPDATE_SCREENSHOT === '1') copyFileSync(TAKEN, KEPT);
  await page.context().close();
});

function inThisFolder(name) {
  return fileURLToPath(new URL(name, import.meta.url));
}
