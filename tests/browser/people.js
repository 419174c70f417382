// People beside the demo's administrator, and the end of sessions: what the browser tests of both need.

import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { binary, startDemo } from './harness.js';

const PASSWORD = 'a sentence is fine';

/** A demo whose database can be reached from outside, with a folder of its own that goes when it stops. */
export async function startDemoWithPeople(flags = []) {
  const folder = mkdtempSync(join(tmpdir(), 'opportune-people-'));
  const demo = await startDemo([...flags, '--data-dir', folder]);
  return Object.assign(demo, { folder });
}

/** Ends such a demo. */
export async function stop(demo) {
  await demo?.stop();
  if (demo) rmSync(demo.folder, { recursive: true, force: true });
}

/** Adds a person as the operator does, at the command line. */
export function addPerson(demo, name, role) {
  const email = `${name.toLowerCase()}@northwind.example`;
  const database = `sqlite://${databaseOf(demo)}`;
  const args = ['admin', '--database-url', database, 'add-user', demo.tenant, email, name, '--role', role];
  const done = spawnSync(binary(), args, { input: PASSWORD, encoding: 'utf8' });
  assert.equal(done.status, 0, done.stderr);
  return { email, password: PASSWORD };
}

/** Signs a person in, as a person does. */
export async function signIn(page, { email, password }) {
  await page.goto('/sign-in');
  await enter(page, { email, password });
  await page.waitForURL((url) => url.pathname !== '/sign-in');
}

/** Fills in the sign-in page that is shown. */
export async function enter(page, { email, password }) {
  await page.locator('input[name=email]').fill(email);
  await page.locator('input[name=password]').fill(password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
}

/** Makes every session look as if it was last used two hours ago. */
export function endSessions(demo) {
  editDatabase(demo, 'UPDATE session SET seen_at = seen_at - 7200000');
}

/** Runs SQL on the demo's database, for what only time or an accident brings about. */
export function editDatabase(demo, sql) {
  const script = `
import sqlite3, sys
database = sqlite3.connect(sys.argv[1], timeout=10)
database.executescript(sys.argv[2])
database.commit()`;
  const done = spawnSync('python3', ['-c', script, databaseOf(demo), sql], { encoding: 'utf8' });
  assert.equal(done.status, 0, done.stderr);
}

/**
 * Ends the demo and serves its pages again at the same address, with no worker beside them. `stop` ends that, too.
 */
export async function serveWithoutWorker(demo) {
  await demo.stop();
  const listen = new URL(demo.web).host;
  const args = ['serve', '--role', 'web', '--database-url', `sqlite://${databaseOf(demo)}`, '--listen', listen, '--autotask-url', demo.emulator];
  const server = spawn(binary(), args, { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(createInterface({ input: server.stdout }), 'line');
  demo.stop = async () => {
    const ended = once(server, 'exit');
    server.kill('SIGTERM');
    await ended;
  };
}

function databaseOf(demo) {
  return join(demo.folder, 'opportune.db');
}
