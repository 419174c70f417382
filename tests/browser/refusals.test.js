// What is refused, how it is told, and that nothing typed is lost: with and without JavaScript.

import assert from 'node:assert/strict';
import { request } from 'node:http';
import { after, before, describe, it } from 'node:test';
import { quote } from './documents.js';
import { eventually, startDemo } from './harness.js';
import { PAGE, control, fill, save, shown, turnOn } from './settings.js';

const CREATED = 'When a quote is created';
const MAP = 'Map your product categories to Autotask';
const PROBABILITY = [CREATED, 'Probability % (optional)'];
const NOT_A_PERCENTAGE = 'Probability must be a whole number between 0 and 100';
const NORTHWIND_TRADERS = 29681101;

for (const javaScript of [true, false]) {
  describe(`refusals ${javaScript ? 'with' : 'without'} JavaScript`, () => {
    let demo;
    let page;

    before(async () => {
      demo = await startDemo(['--fresh', '--no-quotes']);
      page = await demo.newPage({ javaScript });
      await demo.signIn(page);
      await page.goto(PAGE);
      await turnOn(page);
    });
    after(async () => {
      await page?.context().close();
      await demo?.stop();
    });

    it('holds a quote until the settings are saved, and says what is missing', async () => {
      await demo.putQuote('Q-early', quote());
      await eventually(async () => {
        await page.goto('/activity?status=held');
        return page.getByText('Setup needed').first().isVisible();
      });
      assert.deepEqual(await demo.entities('Opportunities'), []);
    });

    it('names every empty field, beside it and in a summary that leads there', async () => {
      await page.goto(PAGE);
      for (const list of await page.locator('#settings select').all()) await list.selectOption('');
      await control(page, 'When a quote is lost', 'Set to a stage').check();
      await control(page, ...PROBABILITY).fill('150');
      await page.getByLabel('Note for history').fill('Agreed with Robin <b>today</b>');
      assert.equal(await save(page), 422);
      assert.match(await page.title(), /^Error: Opportunities/);
      assert.ok(await page.locator('#error-summary').evaluate((summary) => summary === document.activeElement));
      const links = await page.locator('#error-summary a').all();
      const sentences = await Promise.all(links.map((link) => link.textContent()));
      assert.equal(new Set(sentences).size, 15, `not 15 sentences of their own: ${sentences}`);
      for (const link of links) await leadsToItsField(page, link);
      assert.equal(await control(page, ...PROBABILITY).inputValue(), '150');
      assert.equal(await page.getByLabel('Note for history').inputValue(), 'Agreed with Robin <b>today</b>');
      assert.ok(await control(page, 'When a quote is lost', 'Set to a stage').isChecked());
      const lists = await page.locator('#settings select').evaluateAll((all) => all.map((list) => list.value));
      assert.ok(lists.every((value) => value === ''), 'a choice came back');
    });

    it('refuses Bundle', async () => {
      await page.goto(PAGE);
      await fill(page);
      const category = ['When a service or labor role is created in Autotask', 'Category'];
      await control(page, ...category).selectOption({ label: 'Bundle' });
      assert.equal(await save(page), 422);
      assert.equal(await page.locator('#error-summary a').textContent(), 'Select a category other than Bundle');
      const [[, , kept]] = await shown(page, [category]);
      assert.equal(kept, 'Bundle');
    });

    it('saves what is complete, and lets the held quote go', async () => {
      await page.goto(PAGE);
      await fill(page);
      assert.equal(await save(page), 303);
      assert.match(await page.locator('#notice').textContent(), /1 held quote is now being sent/);
      await eventually(async () => (await demo.entities('Opportunities')).length === 1);
    });

    for (const [typed, saved] of [['', ''], ['0', '0'], ['75', '75'], [' 75 ', '75'], ['80 %', '80'], ['100', '100']]) {
      it(`takes ${JSON.stringify(typed)} for a probability`, async () => {
        await page.goto(PAGE);
        await control(page, ...PROBABILITY).fill(typed);
        assert.equal(await save(page), 303);
        await page.goto(PAGE);
        assert.equal(await control(page, ...PROBABILITY).inputValue(), saved);
      });
    }

    for (const typed of ['101', '-1', '+5', '12.5', '1e1', '%', 'half']) {
      it(`refuses ${JSON.stringify(typed)} for a probability`, async () => {
        await page.goto(PAGE);
        await control(page, ...PROBABILITY).fill(typed);
        assert.equal(await save(page), 422);
        assert.equal(await page.locator('#error-summary a').textContent(), NOT_A_PERCENTAGE);
        assert.equal(await control(page, ...PROBABILITY).inputValue(), typed);
      });
    }

    it('refuses a form that somebody else was faster than, without losing it', async () => {
      const other = await page.context().newPage();
      await Promise.all([page, other].map((tab) => tab.goto(PAGE)));
      await control(other, ...PROBABILITY).fill('60');
      assert.equal(await save(other), 303);
      await control(page, ...PROBABILITY).fill('61');
      assert.equal(await save(page), 409);
      await page.getByRole('heading', { name: 'Choose which values to keep' }).waitFor();
      await other.goto(PAGE);
      assert.equal(await control(other, ...PROBABILITY).inputValue(), '60', 'nothing is saved yet');
      await other.close();
      await page.getByRole('radio', { name: /Yours/ }).check();
      await page.getByRole('button', { name: 'Save these choices' }).click();
      await page.getByText('Probability % is now 61.').waitFor();
      assert.equal(await control(page, ...PROBABILITY).inputValue(), '61');
    });

    it('saves a form once that is sent twice', async () => {
      await page.goto(PAGE);
      const before = await revision(page);
      await control(page, ...PROBABILITY).fill('62');
      const form = await page.locator('#settings').evaluate((form) => String(new URLSearchParams(new FormData(form))));
      await page.getByRole('button', { name: 'Save', exact: true }).dblclick();
      await page.getByText('Settings saved').waitFor();
      const answers = await Promise.all(Array.from({ length: 5 }, () => post(page, PAGE, form)));
      for (const answer of answers) assert.match(answer.headers().location, new RegExp(`[?]saved=${before + 1}&`));
      await page.goto(PAGE);
      assert.equal(await revision(page), before + 1);
      assert.equal(await control(page, ...PROBABILITY).inputValue(), '62');
    });

    it('asks before the sync is turned off, and keeps the settings', async () => {
      await page.goto(PAGE);
      const before = await shown(page);
      await page.getByRole('switch').click();
      await page.getByRole('heading', { name: 'Turn off opportunity sync?' }).waitFor();
      await page.getByRole('link', { name: 'Keep sync on' }).click();
      await page.getByText('Enabled', { exact: true }).waitFor();
      await page.getByRole('switch').click();
      await page.getByRole('button', { name: 'Turn off sync' }).click();
      await page.getByText('Opportunity sync is disabled').waitFor();
      assert.equal(await page.getByRole('switch').getAttribute('aria-checked'), 'false');
      assert.equal(await page.locator('#settings').count(), 0);
      await turnOn(page);
      assert.deepEqual(await shown(page), before);
    });

    it('sends nothing of a quote that arrives while the sync is off, nor afterwards', async () => {
      await page.goto(`${PAGE}/sync/off`);
      await page.getByRole('button', { name: 'Turn off sync' }).click();
      await page.getByText('Disabled', { exact: true }).waitFor();
      assert.equal((await demo.putQuote('Q-off', quote())).push, null);
      await turnOn(page);
      await demo.putQuote('Q-on', quote());
      await eventually(async () => titles(await demo.entities('Opportunities'), 'Q-on').length === 1);
      assert.deepEqual(titles(await demo.entities('Opportunities'), 'Q-off'), []);
    });

    it('sends a held quote after the fix, from its page', async () => {
      const customer = { id: '9', name: 'Larch Bakery', autotask_company_id: null };
      const { push } = await demo.putQuote('Q-held', quote('open', { customer }));
      const address = `/activity/${push.split('/').at(-1)}`;
      await eventually(async () => (await demo.push(push)).status === 'held');
      await page.goto(address);
      await page.getByText('Customer is not in Autotask: Larch Bakery').waitFor();
      await page.getByText(/add a company called exactly "Larch Bakery" in Autotask/).waitFor();
      await demo.editInAutotask('Companies', NORTHWIND_TRADERS, { companyName: 'Larch Bakery' });
      await page.getByRole('button', { name: 'Retry', exact: true }).click();
      await page.getByText('Sent again').waitFor();
      await eventually(async () => {
        await page.goto(address);
        return page.getByText(/^Autotask has it as opportunity \d+\.$/).isVisible();
      });
      assert.equal(await page.getByRole('button', { name: 'Retry' }).count(), 0);
    });

    it('refuses a wrong password in a sentence that does not tell which part was wrong', async () => {
      const stranger = await demo.newPage({ javaScript });
      for (const [email, password] of [[demo.email, 'not the password at all'], ['nobody@example.com', demo.password]]) {
        await stranger.goto('/sign-in');
        await stranger.getByLabel('Email').fill(email);
        await stranger.getByLabel('Password').fill(password);
        const answer = stranger.waitForResponse((response) => response.request().method() === 'POST');
        await stranger.getByRole('button', { name: 'Sign in' }).click();
        assert.equal((await answer).status(), 401);
        await stranger.waitForLoadState();
        assert.match(await stranger.title(), /^Error: Sign in/);
        await leadsToItsField(stranger, stranger.locator('#error-summary a'));
        assert.equal(await stranger.locator('#error-summary a').textContent(), 'Enter a correct email and password.');
        assert.equal(await stranger.getByLabel('Email').inputValue(), email);
        assert.equal(await stranger.getByLabel('Password').inputValue(), '');
      }
      await stranger.goto('/activity?status=held');
      assert.equal(new URL(stranger.url()).pathname, '/sign-in');
      await stranger.getByLabel('Email').fill(demo.email);
      await stranger.getByLabel('Password').fill(demo.password);
      await stranger.getByRole('button', { name: 'Sign in' }).click();
      await stranger.waitForURL('/activity?status=held');
      await stranger.context().close();
    });

    it('makes pages that break no rule of their own', () => assert.deepEqual(page.problems, []));
  });
}

describe('what no page lets through', () => {
  let demo;
  let page;

  before(async () => {
    demo = await startDemo(['--no-quotes']);
    page = await demo.newPage();
    await demo.signIn(page);
  });
  after(async () => {
    await page?.context().close();
    await demo?.stop();
  });

  it('a form that another site sends', async () => {
    const cookie = (await page.context().cookies()).map(({ name, value }) => `${name}=${value}`).join('; ');
    const form = 'enabled=false&confirmed=true';
    for (const origin of [{ 'sec-fetch-site': 'cross-site' }, { origin: 'https://elsewhere.example' }]) {
      const answer = await send(`${demo.web}${PAGE}/sync`, { cookie, ...origin }, form);
      assert.equal(answer.status, 403);
      assert.match(answer.body, /This form came from another site/);
      assert.match(answer.headers['content-security-policy'], /default-src 'none'/);
    }
    await page.goto(PAGE);
    await page.getByText('Enabled', { exact: true }).waitFor();
    const ours = await send(`${demo.web}${PAGE}/sync`, { cookie, 'sec-fetch-site': 'same-origin' }, form);
    assert.equal(ours.status, 303, 'the same form from our own page is taken');
  });

  it('code or styles inside of a page', async () => {
    const { push } = await demo.putQuote('Q-1', quote());
    const addresses = ['/sign-in', '/apps', '/apps/autotask', PAGE, `${PAGE}/sync/off`, '/activity', '/nowhere'];
    if (push) addresses.push(`/activity/${push.split('/').at(-1)}`);
    for (const address of addresses) {
      const answer = await page.request.get(address);
      const policy = answer.headers()['content-security-policy'];
      assert.match(policy, /default-src 'none'; script-src 'self'; style-src 'self'/, address);
      assert.doesNotMatch(policy, /unsafe/, address);
      assert.deepEqual(await page.evaluate(inlineCode, await answer.text()), [], address);
    }
  });

  it('an address that no page has', async () => {
    for (const address of ['/nowhere', '/activity/not-an-id', '/activity/01900000-0000-7000-8000-000000000000']) {
      const answer = await page.goto(address);
      assert.equal(answer.status(), 404, address);
      await page.getByRole('heading', { name: 'Page not found' }).waitFor();
      await page.getByRole('link', { name: 'Go to Apps' }).click();
      await page.waitForURL('/apps');
    }
  });
});

/** A link of the error summary moves the focus to its field, and the field tells the same. */
async function leadsToItsField(page, link) {
  const id = (await link.getAttribute('href')).slice(1);
  const sentence = await link.textContent();
  await link.click();
  const field = page.locator(`[id="${id}"]`);
  assert.ok(await field.evaluate((element) => element === document.activeElement), `${id} has the focus`);
  assert.equal(await field.getAttribute('aria-invalid'), 'true', id);
  const beside = (await field.getAttribute('aria-describedby')).split(' ')[0];
  assert.equal(await page.locator(`[id="${beside}"]`).textContent(), `Error: ${sentence}`);
}

async function revision(page) {
  return Number(await page.locator('input[name=revision]').getAttribute('value'));
}

function post(page, address, form) {
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  return page.request.post(address, { data: form, headers, maxRedirects: 0 });
}

/** A request with headers that no script in a browser may set. */
function send(address, headers, form) {
  return new Promise((resolve, reject) => {
    const type = { 'content-type': 'application/x-www-form-urlencoded' };
    const sent = request(address, { method: 'POST', headers: { ...type, ...headers } }, async (answer) => {
      const chunks = await answer.toArray();
      resolve({ status: answer.statusCode, headers: answer.headers, body: Buffer.concat(chunks).toString() });
    });
    sent.once('error', reject);
    sent.end(form);
  });
}

function titles(opportunities, number) {
  return opportunities.map(({ title }) => title).filter((title) => title.startsWith(`${number} `));
}

/** Scripts and styles that the policy would block, and attributes that hold code. */
function inlineCode(html) {
  const page = new DOMParser().parseFromString(html, 'text/html');
  const elements = [...page.querySelectorAll('script:not([src]), style, [style]')].map((element) => element.outerHTML);
  const handlers = [...page.querySelectorAll('*')].flatMap((element) => element.getAttributeNames().filter((name) => name.startsWith('on')));
  return [...elements, ...handlers];
}
