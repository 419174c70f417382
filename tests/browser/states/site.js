// A demo and one page in it, for all states of one file.

import { after, before } from 'node:test';
import { addPerson, startDemoWithPeople, stop } from '../people.js';

/** Starts a demo before the states of a `describe`, signed in, with a viewer at hand; ends it after them. */
export function open(flags, prepare = () => {}) {
  const site = {};
  before(async () => {
    site.demo = await startDemoWithPeople(flags);
    site.viewer = addPerson(site.demo, 'Vic', 'viewer');
    site.page = await signedIn(site.demo);
    await prepare(site);
  });
  after(async () => {
    await site.page?.context().close();
    await stop(site.demo);
  });
  return site;
}

/** A page whose unsaved changes nobody minds. */
export async function signedIn(demo, options) {
  const page = await demo.newPage(options);
  page.on('dialog', (dialog) => dialog.accept());
  await demo.signIn(page);
  return page;
}
