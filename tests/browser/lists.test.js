// Lists on the Autotask page: refreshed by a button with or without scripts, how far that is,
// what changed in Autotask.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { axe, eventually, startDemo } from './harness.js';

const PAGE = '/apps/autotask';
const PROPOSAL_SENT = 29681503;

describe('the lists', () => {
  let demo;
  before(async () => {
    demo = await startDemo(['--no-quotes']);
  });
  after(() => demo?.stop());

  for (const javaScript of [true, false]) {
    it(`are refreshed by a button, ${javaScript ? 'with' : 'without'} scripts`, async () => {
      const page = await demo.newPage({ javaScript });
      await demo.signIn(page);
      await page.goto(PAGE);
      const label = `Proposal ${javaScript ? 'with' : 'without'} scripts`;
      await demo.editPicklist('Opportunities/stage', PROPOSAL_SENT, { label });
      // Autotask takes its time for one list, so that the page is seen meanwhile.
      await demo.failNext({ path: 'ShippingTypes/query', kind: 'latency', ms: 2_000 });
      await page.getByRole('button', { name: 'Refresh lists' }).click();
      await page.waitForURL((url) => url.pathname === PAGE);
      await eventually(async () => {
        await page.getByRole('link', { name: 'Reload' }).click();
        return page.getByText('Refreshing lists: 13 of 19 — Shipping types').isVisible();
      });
      assert.ok(await page.getByRole('progressbar').isVisible());
      assert.equal(await page.getByRole('button', { name: 'Refresh lists' }).count(), 0);
      if (javaScript) await axe(page);
      await eventually(async () => {
        await page.goto(PAGE);
        return page.getByRole('button', { name: 'Refresh lists' }).isVisible();
      });
      assert.ok(await page.getByText(`was renamed to '${label}'`).isVisible());
      assert.ok(await page.getByText('Last refreshed').isVisible());
      if (javaScript) await axe(page);
      assert.deepEqual(page.problems, []);
      await page.context().close();
    });
  }

  it('say why they could not be refreshed', async () => {
    const page = await demo.newPage();
    await demo.signIn(page);
    await demo.failNext({ path: 'Roles/query', kind: 'status', status: 403 });
    await page.goto(PAGE);
    await page.getByRole('button', { name: 'Refresh lists' }).click();
    await eventually(async () => {
      await page.goto(PAGE);
      return page.getByText('The lists could not be refreshed').isVisible();
    });
    assert.ok(await page.getByText('Roles could not be read').isVisible());
    assert.ok(await page.getByText('Give the API user').isVisible());
    await axe(page);
    await page.context().close();
  });
});
