// A person without a mouse: moves with Tab, and sees at every stop where they are.

import assert from 'node:assert/strict';

const MOST_STOPS = 150;

/** Presses Tab until `target` has the focus; every stop on the way must be visible. */
export async function tabTo(page, target) {
  for (let stop = 0; stop < MOST_STOPS; stop += 1) {
    await page.keyboard.press('Tab');
    await seesFocus(page);
    if (await target.evaluate((element) => element === document.activeElement)) return;
  }
  assert.fail(`${MOST_STOPS} times Tab did not reach ${target}`);
}

/** Tabs through the whole page once, and resolves with the number of stops. */
export async function tabThrough(page) {
  await page.evaluate(() => document.activeElement.blur());
  for (let stops = 0; stops < MOST_STOPS; stops += 1) {
    await page.keyboard.press('Tab');
    if (await page.evaluate(() => document.activeElement === document.body)) return stops;
    await seesFocus(page);
  }
  return assert.fail(`Tab does not come to the end of ${page.url()}`);
}

/** Chooses an option of the focused list with the arrow keys. */
export async function choose(page, label) {
  const count = await page.evaluate(() => document.activeElement.options.length);
  await page.keyboard.press('Home');
  for (let tries = 0; tries < count; tries += 1) {
    if ((await page.evaluate(() => document.activeElement.selectedOptions[0].label)) === label) return;
    await page.keyboard.press('ArrowDown');
  }
  assert.fail(`the list has no ${label}`);
}

/** The focused element shows that it has the focus, is inside the window and nothing lies over it. */
export async function seesFocus(page) {
  const { what, faults } = await page.evaluate(faultsOfFocus);
  assert.deepEqual(faults, [], `focus on ${what} of ${page.url()}`);
}

function faultsOfFocus() {
  const element = document.activeElement;
  const faults = [];
  const isMarked = (style) => style.boxShadow !== 'none' && style.boxShadow !== '';
  const styles = [getComputedStyle(element), getComputedStyle(element, '::after')];
  if (!styles.some(isMarked)) faults.push('has no mark');
  const box = element.getBoundingClientRect();
  const isInside = box.left >= 0 && box.right <= innerWidth && box.bottom > 0 && box.top < innerHeight;
  // What is taller than the window cannot be inside it.
  const fits = box.height < innerHeight / 2;
  if (!isInside || (fits && (box.top < 0 || box.bottom > innerHeight))) faults.push('is outside of the window');
  const row = document.querySelector('.actions');
  if (row && !row.contains(element)) {
    const over = row.getBoundingClientRect();
    if (box.bottom > over.top && box.top < over.bottom && box.right > over.left && box.left < over.right) {
      faults.push('is under the save row');
    }
  }
  return { what: element.outerHTML.slice(0, 120), faults };
}
