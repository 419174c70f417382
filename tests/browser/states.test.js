// Every state of the Opportunities and Tickets pages and of the pages of their work, by the names in states.json: brought about in
// the real program, and looked at in light and dark, wide and narrow. The files in states/ say how each comes about;
// src/web/view/samples/states.rs renders a sample of each.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { looksRight } from './looks.js';
import * as autotask from './states/autotask.js';
import * as beginning from './states/beginning.js';
import * as long from './states/long.js';
import * as map from './states/map.js';
import * as people from './states/people.js';
import * as settings from './states/settings.js';
import * as silent from './states/silent.js';
import * as source from './states/source.js';
import * as tickets from './states/tickets.js';

const NAMES = JSON.parse(readFileSync(new URL('states.json', import.meta.url), 'utf8'));
const visited = [];

for (const part of [beginning, settings, people, map, autotask, long, silent, tickets, source]) {
  describe(part.TITLE, () => part.states(visit));
}

it('visits every state once', () => assert.deepEqual(visited.toSorted(), NAMES.toSorted()));

/**
 * Brings `site.page` into a state and looks at it; `enter` may lead to another page, which is closed afterwards.
 * `arrange` does again at each look what a change of the window undoes.
 */
function visit(site, name, enter, arrange) {
  visited.push(name);
  it(name, async () => {
    await site.page.setViewportSize({ width: 1280, height: 900 });
    const page = (await enter(site.page)) ?? site.page;
    await looksRight(page, name, arrange);
    if (page !== site.page) await page.context().close();
  });
}
