// One person with a mouse, and one with the keyboard alone: the same tasks, two hands.

import assert from 'node:assert/strict';
import { choose, seesFocus } from './keyboard.js';

const MOST_STOPS = 400;

/** Uses pages with a mouse; scripts may be off. */
export class Mouse {
  constructor(page) {
    this.page = page;
  }

  /** Presses a button or follows a link. */
  press(target) {
    return target.click();
  }

  /** Puts a text in place of what a field has. */
  write(target, text) {
    return target.fill(text);
  }

  /** The same for a text that somebody copied elsewhere. */
  paste(target, text) {
    return target.fill(text);
  }

  /** Chooses an option of a native list. */
  choose(target, label) {
    return target.selectOption({ label });
  }

  /** Checks a box, or one of several radios. */
  check(target) {
    return target.check();
  }
}

/** Uses pages with the keyboard alone, and sees at every stop where the focus is. */
export class Keyboard {
  constructor(page) {
    this.page = page;
  }

  async press(target) {
    await this.#reach(target);
    await this.page.keyboard.press('Enter');
  }

  async write(target, text) {
    await this.#empty(target);
    await this.page.keyboard.type(text);
  }

  async paste(target, text) {
    await this.#empty(target);
    await this.page.keyboard.insertText(text);
  }

  async choose(target, label) {
    await this.#reach(target);
    await choose(this.page, label);
  }

  async check(target) {
    if (await target.isChecked()) return;
    const isRadio = (await target.getAttribute('type')) === 'radio';
    if (isRadio) await this.#reachRadio(target);
    else {
      await this.#reach(target);
      await this.page.keyboard.press('Space');
    }
    assert.ok(await target.isChecked());
  }

  async #empty(target) {
    await this.#reach(target);
    await this.page.keyboard.press('Control+a');
    await this.page.keyboard.press('Delete');
  }

  /** Moves with Tab, or back with Shift+Tab, whichever leads there. */
  async #reach(target) {
    await target.waitFor();
    for (let stop = 0; stop < MOST_STOPS; stop += 1) {
      const way = await target.evaluate(wayTo);
      if (way === null) return;
      await this.page.keyboard.press(way);
      await seesFocus(this.page);
    }
    assert.fail(`${MOST_STOPS} stops did not lead to ${target}`);
  }

  /** A group of radios is one stop; the arrow keys move within it. */
  async #reachRadio(target) {
    const group = this.page.locator(`input[type=radio][name="${await target.getAttribute('name')}"]`);
    const first = group.and(this.page.locator(':checked')).or(group.first()).first();
    await this.#reach(first);
    for (let radios = await group.count(); radios > 0 && !(await target.isChecked()); radios -= 1) {
      await this.page.keyboard.press('ArrowDown');
    }
  }
}

/** The key that brings the focus nearer to an element; null when it is there. */
function wayTo(element) {
  const focus = document.activeElement;
  if (focus === element) return null;
  const isBefore = focus !== document.body && element.compareDocumentPosition(focus) & Node.DOCUMENT_POSITION_FOLLOWING;
  return isBefore ? 'Shift+Tab' : 'Tab';
}
