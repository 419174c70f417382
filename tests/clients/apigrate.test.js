// @apigrate/autotask-restapi, unmodified, against the emulator: its `base_url` option is all that it is told.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import autotask from '@apigrate/autotask-restapi';
import { ROWS, TENANT, item, location, opportunity, quote, startEmulator } from './emulator.js';

const { AutotaskRestApi, AutotaskApiError, FilterOperators } = autotask;

let emulator;
let api;

const connect = (secret) =>
  new AutotaskRestApi(emulator.user, secret, emulator.code, { base_url: emulator.root });

before(async () => {
  emulator = await startEmulator();
  api = connect(emulator.secret);
});
after(() => emulator?.stop());

test('it discovers the zone', async () => {
  await api.Companies.get(TENANT.company);
  assert.equal(api.zoneInfo.url, emulator.root);
});

test('it reads fields and picklists', async () => {
  const { fields } = await api.Opportunities.fieldInfo();
  const stage = fields.find((field) => field.name === 'stage');
  assert.ok(stage.isPickList && stage.picklistValues.some(({ value }) => value === `${TENANT.stage}`));
});

test('it reads 1,200 rows page by page', async () => {
  const ids = [];
  let last = -1;
  while (ids.length < ROWS) {
    const filter = [{ op: FilterOperators.gt, field: 'id', value: last }];
    const page = await api.Companies.query({ MaxRecords: 400, IncludeFields: ['id'], filter });
    assert.equal(page.pageDetails.count, 400);
    assert.ok(page.pageDetails.nextPageUrl.startsWith(emulator.root));
    ids.push(...page.items.map((company) => company.id));
    last = ids.at(-1);
  }
  assert.equal(new Set(ids).size, ROWS);
  const { queryCount } = await api.Companies.count({ filter: [{ op: FilterOperators.lte, field: 'id', value: last }] });
  assert.equal(queryCount, ROWS);
});

test('it creates an opportunity with a quote, its locations and items, and changes the opportunity', async () => {
  const { itemId: opportunityID } = await api.Opportunities.create(opportunity);
  const { itemId: billTo } = await api.QuoteLocations.create(location);
  const { itemId: shipTo } = await api.QuoteLocations.create({ ...location, city: 'Troy' });
  const locations = { billToLocationID: billTo, shipToLocationID: shipTo, soldToLocationID: billTo };
  const { itemId: quoteID } = await api.Quotes.create({ ...quote, ...locations, opportunityID });
  const { itemId: itemID } = await api.QuoteItems.create(quoteID, item);
  await api.QuoteItems.update(quoteID, { id: itemID, quantity: 3 });
  const changed = await api.Opportunities.update({ id: opportunityID, stage: TENANT.nextStage });
  assert.equal(changed.itemId, opportunityID);

  const found = await api.Opportunities.get(opportunityID);
  assert.equal(found.item.stage, TENANT.nextStage);
  assert.equal(found.item.title, opportunity.title);
  const query = { filter: [{ op: FilterOperators.eq, field: 'quoteID', value: quoteID }] };
  const { items } = await api.QuoteItems.query(query);
  assert.deepEqual(items.map(({ id, quantity, name }) => ({ id, quantity, name })), [
    { id: itemID, quantity: 3, name: item.name },
  ]);
  const kept = (await emulator.rows('Quotes')).find((row) => row.id === quoteID);
  assert.equal(kept.externalQuoteNumber, quote.externalQuoteNumber);

  await api.QuoteItems.delete(quoteID, itemID);
  assert.equal((await api.QuoteItems.query(query)).items.length, 0);
});

test('it reads the sentence of a refusal', async () => {
  const { title, ...untitled } = opportunity;
  await assert.rejects(api.Opportunities.create(untitled), (error) => {
    assert.ok(error instanceof AutotaskApiError);
    assert.equal(error.status, 500);
    assert.deepEqual(error.details, { errors: ['Missing Required Field: title. ; on record number [1].'] });
    return true;
  });
});

test('it is told apart from who knows the secret', async () => {
  await assert.rejects(connect('wrong').Companies.get(TENANT.company), (error) => error.status === 401);
});
