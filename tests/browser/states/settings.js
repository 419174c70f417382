// A tenant that is set up: its settings changed, refused, saved by two people at once, undone, turned off and on.

import assert from 'node:assert/strict';
import { quote } from '../documents.js';
import { eventually } from '../harness.js';
import { PAGE, control, save } from '../settings.js';
import { open, signedIn } from './site.js';

export const TITLE = 'a tenant that is set up';

const PROBABILITY = ['When a quote is created', 'Probability % (optional)'];
const WON_STAGE = ['When a quote is won', 'Stage'];
const FILE = `${PAGE}/file`;

export function states(visit) {
  const site = open(['--no-quotes']);
  editing(visit, site);
  saving(visit, site);
  together(visit, site);
  goingBack(visit, site);
  asAFile(visit, site);
  switching(visit, site);
}

function editing(visit, site) {
  visit(site, 'complete', async (page) => {
    await page.goto(PAGE);
    assert.equal(await page.locator('#setup-needed').count(), 0);
  });
  visit(site, 'dirty', async (page) => {
    await page.goto(PAGE);
    await control(page, ...PROBABILITY).fill('12');
    await control(page, ...WON_STAGE).selectOption({ label: 'Negotiation' });
    await page.getByRole('button', { name: '2 unsaved changes' }).waitFor();
  });
  visit(site, 'changes-list-open', async (page) => {
    await page.getByRole('button', { name: '2 unsaved changes' }).click();
    await page.locator('#changes a').first().waitFor();
  });
  visit(site, 'one-error', async (page) => {
    await page.goto(PAGE);
    await control(page, ...PROBABILITY).fill('150');
    assert.equal(await save(page), 422);
    assert.equal(await page.locator('#error-summary a').count(), 1);
  });
  visit(site, 'bundle-refused', async (page) => {
    await page.goto(PAGE);
    const category = control(page, 'When a service or labor role is created in Autotask', 'Category');
    await category.selectOption({ label: 'Bundle' });
    assert.equal(await save(page), 422);
    await page.getByRole('link', { name: 'Select a category other than Bundle' }).waitFor();
  });
}

function saving(visit, site) {
  visit(site, 'saved', async (page) => {
    await page.goto(PAGE);
    await saveProbability(page, '40');
    await page.getByText('Probability % is now 40.').waitFor();
  });
  visit(site, 'undone', async (page) => {
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByText(/is undone/).waitFor();
  });
  visit(site, 'nothing-to-save', async (page) => {
    await page.goto(PAGE);
    assert.equal(await save(page), 303);
    await page.getByText('Nothing to save', { exact: true }).waitFor();
  });
  visit(site, 'probability-zero', async (page) => {
    await page.goto(PAGE);
    await saveProbability(page, '0');
    await page.getByText('At 0 % these opportunities forecast as 0.').waitFor();
  });
  visit(site, 'won-status-decided', async (page) => {
    await page.goto(PAGE);
    await control(page, 'When a quote is won', 'Status').selectOption({ label: 'Closed' });
    assert.equal(await save(page), 303);
    await page.getByText('Closed closes the opportunity at once').waitFor();
  });
}

function together(visit, site) {
  visit(site, 'merged', async (page) => {
    await page.goto(PAGE);
    await saveMeanwhile(site, '41');
    await control(page, ...WON_STAGE).selectOption({ label: 'Verbal Agreement' });
    assert.equal(await save(page), 303);
    await page.getByText('Both changes are kept').waitFor();
  });
  visit(site, 'clash', async (page) => {
    await page.goto(PAGE);
    await saveMeanwhile(site, '43');
    await control(page, ...PROBABILITY).fill('42');
    assert.equal(await save(page), 409);
    await page.getByRole('heading', { name: 'Choose which values to keep' }).waitFor();
  });
  visit(site, 'newer-revision-notice', async () => {
    const page = await signedIn(site.demo);
    await page.clock.install();
    await page.goto(PAGE);
    await saveMeanwhile(site, '44');
    // An answer that comes after the time has been moved on is of the next turn.
    await eventually(async () => {
      await page.clock.runFor(30_000);
      return page.getByText('Robin Admin saved changes while you have this page open.').isVisible();
    });
    return page;
  });
}

function goingBack(visit, site) {
  visit(site, 'history', async (page) => {
    await page.goto('/history');
    assert.ok((await page.locator('.entry').count()) > 5);
  });
  visit(site, 'history-filtered-empty', (page) => page.goto('/history?via=cli').then(() => {}));
  visit(site, 'revision', (page) => page.goto('/history/4').then(() => {}));
  visit(site, 'compare', async (page) => {
    await page.goto('/history/compare?from=1&to=6');
    assert.ok((await page.locator('tbody tr').count()) >= 2);
  });
  visit(site, 'restore', async (page) => {
    await page.goto(`${PAGE}?restore=1`);
    await page.locator('#notice li').first().waitFor();
  });
  visit(site, 'undo-clash', async (page) => {
    // Its probability was changed again since.
    await page.goto('/history');
    await page.getByText('Probability %: 50 → 40').or(page.locator('.entry', { hasText: '40' })).last().waitFor();
    await page.goto('/history/4');
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByRole('heading', { name: 'Choose which values to keep' }).waitFor();
  });
}

function asAFile(visit, site) {
  const read = async (page, text) => {
    await page.goto(FILE);
    await page.getByLabel('Or paste the file').fill(text);
    await page.getByRole('button', { name: 'Show what changes' }).click();
    await page.waitForLoadState();
  };
  const download = async (page) => (await page.request.get(`${FILE}.toml`)).text();

  visit(site, 'file', (page) => page.goto(FILE).then(() => {}));
  visit(site, 'file-refused', async (page) => {
    await read(page, '[created]\nprobability = 150\nstages = "x"\n');
    await page.getByRole('heading', { name: 'There is a problem' }).waitFor();
  });
  visit(site, 'file-diff', async (page) => {
    await read(page, (await download(page)).replace(/^(probability *= *)\S+/m, '$171'));
    await page.getByRole('button', { name: 'Save these settings' }).waitFor();
  });
  visit(site, 'file-nothing-changes', async (page) => {
    await read(page, await download(page));
    await page.getByRole('link', { name: 'Read another file' }).waitFor();
  });
}

function switching(visit, site) {
  visit(site, 'turn-off-question', async (page) => {
    await page.goto(PAGE);
    await page.getByRole('switch').click();
    await page.getByRole('heading', { name: 'Turn off opportunity sync?' }).waitFor();
  });
  visit(site, 'turned-off', async (page) => {
    await page.getByRole('button', { name: 'Turn off sync' }).click();
    await page.getByText('Opportunity sync is disabled').waitFor();
  });
  visit(site, 'disabled-saved', async (page) => {
    await page.goto(PAGE);
    await page.getByRole('link', { name: 'Show saved settings (read only)' }).waitFor();
  });
  visit(site, 'saved-read-only', async (page) => {
    await page.getByRole('link', { name: 'Show saved settings (read only)' }).click();
    await page.getByText('The settings as they are saved, read only.').waitFor();
  });
  visit(site, 'turned-on-with-earlier-quotes', async (page) => {
    await site.demo.putQuote('Q-OFF', quote());
    await page.goto(PAGE);
    await page.getByRole('switch').click();
    await page.getByText('1 earlier quote or sale was received and not sent.').waitFor();
  });
}

async function saveProbability(page, probability) {
  await control(page, ...PROBABILITY).fill(probability);
  assert.equal(await save(page), 303);
}

/** Saves another probability in a second window, while the site's page stays as it is. */
async function saveMeanwhile(site, probability) {
  const other = await site.page.context().newPage();
  await other.goto(PAGE);
  await saveProbability(other, probability);
  await other.close();
}
