// django-autotask, unmodified, against the emulator; django_autotask.py drives it in the environment that
// requirements.txt makes (.venv, or the Python that CLIENTS_PYTHON names).

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { ROWS, TENANT, item, location, opportunity, quote, startEmulator } from './emulator.js';

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const python = process.env.CLIENTS_PYTHON ?? here('.venv/bin/python');

let emulator;
let came;

before(async () => {
  emulator = await startEmulator();
  const { root, user, secret, code } = emulator;
  const asked = { root, user, secret, code, rows: ROWS, tenant: TENANT, opportunity, location, quote, item };
  const { stdout } = await promisify(execFile)(python, [here('django_autotask.py'), JSON.stringify(asked)], {
    maxBuffer: 1 << 24,
  });
  came = JSON.parse(stdout);
});
after(() => emulator?.stop());

test('it discovers the zone', () => {
  assert.equal(came.zone, emulator.root);
});

test('it follows the addresses of later pages through 1,200 rows', () => {
  assert.equal(came.ids.length, ROWS);
  assert.equal(new Set(came.ids).size, ROWS);
});

test('it creates an opportunity with a quote, its locations and items, and changes the opportunity', async () => {
  assert.equal(came.stage, TENANT.nextStage);
  const [kept] = (await emulator.rows('Quotes')).filter((row) => row.id === came.created.quote);
  assert.equal(kept.opportunityID, came.created.opportunity);
  assert.notEqual(kept.billToLocationID, kept.shipToLocationID);
  const [line] = (await emulator.rows('QuoteItems')).filter((row) => row.id === came.created.item);
  assert.deepEqual([line.quoteID, line.name], [came.created.quote, item.name]);
});

test('it reads the sentence of a refusal', () => {
  const sentence = 'Missing Required Field: title. ; on record number [1].';
  assert.deepEqual(came.refusal, ['AutotaskAPIServerError', sentence]);
});

test('it is told apart from who knows the secret', () => {
  const [kind, sentence] = came.stranger;
  assert.equal(kind, 'AutotaskAPIClientError');
  assert.match(sentence, /^Unauthorized request: /);
});
