// From the first sign-in to a won opportunity in Autotask: with the mouse, without
// JavaScript, and with the keyboard alone.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { quote, sale } from './documents.js';
import { eventually, startDemo } from './harness.js';
import { choose, seesFocus, tabTo } from './keyboard.js';
import { CHOICES, IN_AUTOTASK, PAGE, control, fill, isText, save, shown, turnOn } from './settings.js';

const PROMPTLY = 2_000;

for (const [how, setUp, options] of [
  ['with the mouse', setUpWithMouse, {}],
  ['without JavaScript', setUpWithMouse, { javaScript: false }],
  ['with the keyboard alone', setUpWithKeyboard, {}],
]) {
  describe(`the journey ${how}`, () => {
    let demo;
    let page;

    before(async () => {
      demo = await startDemo(['--fresh', '--no-quotes']);
      page = await demo.newPage(options);
    });
    after(async () => {
      await page?.context().close();
      await demo?.stop();
    });

    it('sets the sync up', async () => {
      await setUp(demo, page);
      assert.equal(await page.locator('#notice strong').textContent(), 'Settings saved');
      await page.goto(PAGE);
      assert.deepEqual(await shown(page), CHOICES);
    });

    it('brings a new quote to Autotask with the saved choices', async () => {
      await demo.putQuote('Q-1', quote());
      const { opportunity, items } = await eventually(() => arrived(demo, 'Q-1', 9), PROMPTLY);
      assert.equal(opportunity.title, 'Q-1 Reception desk move');
      has(opportunity, IN_AUTOTASK.created);
      await hasItems(demo, items);
    });

    it('sets what was saved for won quotes', async () => {
      await demo.putQuote('Q-1', quote('won'));
      await eventually(async () => has((await arrived(demo, 'Q-1', 9)).opportunity, IN_AUTOTASK.won), PROMPTLY);
    });

    it('sets what was saved for lost quotes', async () => {
      await demo.putQuote('Q-2', quote());
      await eventually(() => arrived(demo, 'Q-2', 9), PROMPTLY);
      await demo.putQuote('Q-2', quote('lost'));
      await eventually(async () => has((await arrived(demo, 'Q-2', 9)).opportunity, IN_AUTOTASK.lost), PROMPTLY);
    });

    it('brings an unquoted sale as won', async () => {
      await demo.putSale('S-1', sale());
      const { opportunity, items } = await eventually(() => arrived(demo, 'S-1', 3), PROMPTLY);
      has(opportunity, { ...IN_AUTOTASK.created, ...IN_AUTOTASK.won });
      has(one(items, 'name', 'Payment surcharge'), { quoteItemType: 2, chargeID: IN_AUTOTASK.codes.paymentSurcharge });
      has(one(items, 'quoteItemType', 10), { unitDiscount: 10 });
    });

    it('tells about each of them on the activity page', async () => {
      await eventually(async () => {
        await page.goto('/activity?status=sent');
        return (await page.locator('tbody tr').count()) === 5;
      }, PROMPTLY);
      for (const number of ['Q-1', 'Q-2', 'S-1']) {
        const { opportunity } = await arrived(demo, number);
        const row = page.locator('tbody tr', { has: page.getByRole('link', { name: number, exact: true }) }).first();
        assert.match(await row.textContent(), /Sent/);
        const link = row.getByRole('link', { name: String(opportunity.id), exact: true });
        assert.match(await link.getAttribute('href'), new RegExp(`opportunityId=${opportunity.id}$`));
      }
      await page.getByRole('link', { name: 'S-1', exact: true }).click();
      await page.getByText(/^Autotask has it as opportunity \d+\.$/).waitFor();
      assert.deepEqual(page.problems, []);
    });
  });
}

async function setUpWithMouse(demo, page) {
  await demo.signIn(page);
  const main = page.getByRole('main');
  await main.getByRole('link', { name: 'Autotask', exact: true }).click();
  await main.getByRole('link', { name: 'Opportunities', exact: true }).click();
  await turnOn(page);
  await fill(page);
  assert.equal(await save(page), 303);
}

async function setUpWithKeyboard(demo, page) {
  const main = page.getByRole('main');
  const press = (key) => page.keyboard.press(key);
  const follow = async (link, url) => {
    await tabTo(page, link);
    await press('Enter');
    await page.waitForURL(url);
  };
  await page.goto('/sign-in');
  await tabTo(page, page.getByLabel('Email'));
  await page.keyboard.type(demo.email);
  await tabTo(page, page.getByLabel('Password'));
  await page.keyboard.type(demo.password);
  await press('Enter');
  await page.waitForURL('/apps');
  await follow(main.getByRole('link', { name: 'Autotask', exact: true }), '/apps/autotask');
  await follow(main.getByRole('link', { name: 'Opportunities', exact: true }), PAGE);
  await tabTo(page, page.getByRole('switch'));
  await press('Space');
  await page.getByText('Opportunity sync is enabled').waitFor();
  await seesFocus(page);
  for (const [section, label, choice] of CHOICES) await enter(page, control(page, section, label), choice);
  await tabTo(page, page.getByRole('button', { name: 'Save', exact: true }));
  await press('Enter');
  await page.getByText('Settings saved').waitFor();
  await seesFocus(page);
}

async function enter(page, field, choice) {
  if (choice === true) {
    // The group is one stop; the arrow keys choose within it.
    await tabTo(page, page.getByLabel('Leave at current stage'));
    await page.keyboard.press('ArrowDown');
    assert.ok(await field.isChecked());
    return;
  }
  await tabTo(page, field);
  if (await isText(field)) await page.keyboard.type(choice);
  else await choose(page, choice);
}

/** What Autotask has of a document; throws until it is complete. */
async function arrived(demo, number, itemCount) {
  const opportunity = one(await demo.entities('Opportunities'), 'title', new RegExp(`^${number} `));
  const itsQuote = one(await demo.entities('Quotes'), 'externalQuoteNumber', number);
  assert.equal(itsQuote.opportunityID, opportunity.id);
  assert.equal(itsQuote.shippingType, IN_AUTOTASK.shippingType);
  const items = (await demo.entities('QuoteItems')).filter((item) => item.quoteID === itsQuote.id);
  if (itemCount !== undefined) assert.equal(items.length, itemCount);
  return { opportunity, items };
}

/** Every kind of line became the item that Autotask has for it, with the saved codes and categories. */
async function hasItems(demo, items) {
  const { codes, categories, shippingType } = IN_AUTOTASK;
  const products = await demo.entities('Products');
  const services = await demo.entities('Services');
  const oak = one(products, 'sku', 'OAK-2M');
  const mat = one(products, 'sku', 'MAT-1');
  const visitors = one(services, 'name', 'Visitor sign-in');
  has(oak, { productCategory: categories.accessories, productBillingCodeID: codes.product });
  has(mat, { productCategory: categories.anyOther, productBillingCodeID: codes.product });
  has(visitors, { billingCodeID: codes.recurringService });
  for (const product of [one(products, 'sku', 'FG-60F'), oak, mat]) {
    has(one(items, 'productID', product.id), { quoteItemType: 1, isOptional: false });
  }
  for (const [service, quantity] of [[one(services, 'name', 'Managed Workstation'), 3], [visitors, 1]]) {
    has(one(items, 'serviceID', service.id), { quoteItemType: 11, quantity });
  }
  const labor = { quoteItemType: 2, chargeID: codes.nonRecurringService, quantity: 6.5, isTaxable: false };
  has(one(items, 'name', 'Field engineer, per hour'), labor);
  has(one(items, 'name', 'Onboarding'), { quoteItemType: 13 });
  has(one(items, 'productID', one(products, 'sku', 'UPS-1500').id), { quoteItemType: 1, isOptional: true });
  has(one(items, 'name', 'Delivery'), { quoteItemType: 6, shippingID: shippingType, unitPrice: 25 });
}

/** The only row whose field is, or matches, `value`. */
function one(rows, field, value) {
  const fits = (row) => (value instanceof RegExp ? value.test(row[field]) : row[field] === value);
  const found = rows.filter(fits);
  assert.equal(found.length, 1, `${found.length} rows have ${field} ${value}`);
  return found[0];
}

/** `row` has these fields; resolves with true, for `eventually`. */
function has(row, fields) {
  const same = Object.fromEntries(Object.keys(fields).map((field) => [field, row[field]]));
  assert.deepEqual(same, fields);
  return true;
}
