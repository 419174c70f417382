// The emulator as a client library meets it, and what every library is asked to create there.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** How many of the large tenant's companies are read page by page. */
export const ROWS = 1_200;

/** Ids of the built-in tenant. */
export const TENANT = {
  company: 29681101,
  owner: 29681201,
  product: 29681901,
  stage: 29681501,
  nextStage: 29681502,
};

export const opportunity = {
  companyID: TENANT.company,
  title: 'C-1 Office refresh',
  ownerResourceID: TENANT.owner,
  stage: TENANT.stage,
  status: 1,
  startDate: '2026-11-23',
  projectedCloseDate: '2026-12-23',
  probability: 50,
  amount: 1398,
  cost: 1096.4,
  useQuoteTotals: true,
};

export const location = { address1: '200 Main Street', city: 'Albany', state: 'NY', postalCode: '12207' };

export const quote = {
  name: 'Office refresh',
  externalQuoteNumber: 'C-1',
  effectiveDate: '2026-11-23',
  expirationDate: '2026-12-23',
};

export const item = {
  quoteItemType: 1,
  productID: TENANT.product,
  name: 'Firewall',
  quantity: 2,
  unitPrice: 699,
  unitCost: 548.2,
  unitDiscount: 0,
  percentageDiscount: 0,
  lineDiscount: 0,
  isOptional: false,
  isTaxable: true,
  periodType: 1,
};

/** Starts `opportune emulator` with the large tenant on a free port; resolves with its address and credentials. */
export async function startEmulator() {
  const args = ['emulator', '--json', '--scale', '--listen', '127.0.0.1:0'];
  const child = spawn(binary(), args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const killWithUs = () => child.kill('SIGKILL');
  process.once('exit', killWithUs);
  const exited = new Promise((resolve) => child.once('exit', resolve));
  const line = await Promise.race([firstLine(child), exited]);
  assert.equal(typeof line, 'string', 'the emulator ended before it said where it is');
  const { url, user, secret, integration_code: code } = JSON.parse(line);
  const stop = async () => {
    child.kill('SIGTERM');
    await exited;
    process.off('exit', killWithUs);
  };
  /** The rows of an entity as the emulator keeps them. */
  const rows = async (entity) => (await fetch(`${url}/_emulator/entities/${entity}`)).json();
  return { root: `${url}/ATServicesRest/`, user, secret, code, rows, stop };
}

function firstLine(child) {
  return new Promise((resolve) => createInterface({ input: child.stdout }).once('line', resolve));
}

function binary() {
  if (process.env.OPPORTUNE_BIN) return process.env.OPPORTUNE_BIN;
  const target = process.env.CARGO_TARGET_DIR ?? fileURLToPath(new URL('../../target', import.meta.url));
  const built = ['release', 'debug'].map((profile) => `${target}/${profile}/opportune`).filter(existsSync);
  assert.ok(built.length > 0, `no opportune binary under ${target}: run cargo build first`);
  return built.sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs)[0];
}
