// Who may only read, and whose session ends.

import assert from 'node:assert/strict';
import { endSessions, enter, signIn } from '../people.js';
import { PAGE, control } from '../settings.js';
import { open, signedIn } from './site.js';

export const TITLE = 'people and sessions';

export function states(visit) {
  const site = open(['--no-quotes']);

  visit(site, 'viewer', async () => {
    const page = await site.demo.newPage();
    await signIn(page, site.viewer);
    await page.goto(PAGE);
    await page.getByText('Only administrators and editors can change these settings.').waitFor();
    return page;
  });
  visit(site, 'viewer-forbidden', async () => {
    const page = await site.demo.newPage();
    await signIn(page, site.viewer);
    await page.goto(`${PAGE}/sync/off`);
    await page.getByRole('heading', { name: 'Your role does not allow this' }).waitFor();
    return page;
  });
  visit(site, 'session-warning', async () => {
    const page = await signedIn(site.demo);
    await page.clock.install();
    await page.goto(PAGE);
    await page.clock.fastForward('55:05');
    await page.getByRole('button', { name: 'Stay signed in' }).waitFor();
    return page;
  });
  visit(site, 'session-ended-sign-in', async (page) => {
    await page.goto(PAGE);
    await control(page, 'When a quote is created', 'Probability % (optional)').fill('61');
    endSessions(site.demo);
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText('kept for 30 minutes').waitFor();
  });
  visit(site, 'session-ended-form-back', async (page) => {
    await enter(page, site.demo);
    await page.getByText('Your unsaved changes are still here.').waitFor();
    assert.equal(await control(page, 'When a quote is created', 'Probability % (optional)').inputValue(), '61');
  });
}
