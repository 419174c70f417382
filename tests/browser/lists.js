// The lists of Autotask's choices, as a person has them refreshed.

import { eventually } from './harness.js';

/** Presses the button, and resolves when the refresh is over. */
export async function refreshLists(page) {
  await page.goto('/apps/autotask');
  await page.getByRole('button', { name: 'Refresh lists' }).click();
  await page.waitForURL((url) => url.pathname === '/apps/autotask');
  await eventually(async () => {
    await page.goto('/apps/autotask');
    return page.getByRole('button', { name: 'Refresh lists' }).isVisible();
  });
}
