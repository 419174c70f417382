// Pages without a worker beside them, as the hours go by: what only time brings about is put into the database.

import { before } from 'node:test';
import { editDatabase, serveWithoutWorker } from '../people.js';
import { PAGE } from '../settings.js';
import { open } from './site.js';

export const TITLE = 'hours later';

const HOUR = 3_600_000;

export function states(visit) {
  const site = open(['--no-quotes'], ({ demo }) => serveWithoutWorker(demo));
  before(() => editDatabase(site.demo, `UPDATE worker_process SET seen_at = seen_at + ${HOUR}`));

  visit(site, 'lists-stale', async (page) => {
    editDatabase(site.demo, `UPDATE list_refresh SET finished_at = finished_at - ${26 * HOUR}`);
    await page.goto(PAGE);
    await page.getByText('Autotask lists were last refreshed 26 hours ago').waitFor();
  });
  visit(site, 'lists-never-loaded', async (page) => {
    editDatabase(site.demo, 'DELETE FROM list_refresh; DELETE FROM list_option');
    await page.goto(PAGE);
    await page.getByText('Autotask lists have not been loaded yet').waitFor();
  });
  visit(site, 'worker-silent', async (page) => {
    editDatabase(site.demo, `UPDATE worker_process SET seen_at = seen_at - ${2 * HOUR}`);
    await page.goto(PAGE);
    await page.getByText(/^The background worker has not reported for/).first().waitFor();
  });
}
