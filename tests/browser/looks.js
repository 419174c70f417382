// How a page must look in whatever state it is: nothing for axe to find, no sideways scrolling, no script errors;
// light and dark, wide and narrow. SCREENSHOTS=1 keeps a picture of each
// window in output/, SCREENSHOTS=whole of each page.

import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { axe } from './harness.js';

const FOLDER = fileURLToPath(new URL('output/', import.meta.url));

/** Looks at the page in both colour schemes and both widths; `arrange` brings back what a change of these closes. */
export async function looksRight(page, name, arrange = () => {}) {
  for (const colorScheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    for (const width of [1280, 320]) {
      await page.setViewportSize({ width, height: 900 });
      await arrange(page);
      await axe(page);
      const sideways = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      assert.equal(sideways, 0, `scrolls sideways at ${width} px`);
      if (process.env.SCREENSHOTS) await picture(page, `${name}-${colorScheme}-${width}`);
    }
  }
  assert.deepEqual(page.problems, []);
}

function picture(page, name) {
  mkdirSync(FOLDER, { recursive: true });
  return page.screenshot({ path: `${FOLDER}${name}.png`, fullPage: process.env.SCREENSHOTS === 'whole' });
}
