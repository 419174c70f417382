// What every browser test needs: the demo as a person would start it, a page in the
// machine's own Chromium, and the emulator's record of what reached Autotask.
//
//   const demo = await startDemo(['--fresh']);
//   after(() => demo.stop());
//   const page = await demo.newPage({ width: 320 });
//   await demo.signIn(page);
//   …
//   await page.context().close();

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { after } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import axeCore from 'axe-core';
import { chromium } from 'playwright-core';

const START_MS = 30_000;
const STOP_MS = 10_000;
const POLL_MS = 50;
const PAGE_MS = 20_000;
const AXE_TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
// Chromium's own traffic would be noise in the log, and a closed network would stall it.
const CHROMIUM_ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

// One browser a test file, however many demos it starts: launching is what takes time.
let browser;
const theBrowser = () => (browser ??= launch());
after(async () => (await browser)?.close());

/** Starts the machine's own Chromium, with further arguments. */
export function launch(args = []) {
  const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
  return chromium.launch({ executablePath, args: [...CHROMIUM_ARGS, ...args] });
}

/**
 * Starts `opportune demo` on free ports, resolves once it answers.
 * `flags`: for example `--fresh` (nothing set up yet), `--no-quotes` (none flow in).
 */
export async function startDemo(flags = []) {
  const args = ['demo', '--json', '--listen', '127.0.0.1:0', '--emulator-listen', '127.0.0.1:0', ...flags];
  const child = spawn(binary(), args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const killWithUs = () => child.kill('SIGKILL');
  process.once('exit', killWithUs);
  child.once('exit', () => process.off('exit', killWithUs));
  try {
    return new Demo(child, JSON.parse(await firstLine(child)));
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }
}

class Demo {
  #child;

  /** `facts` is the line the demo prints: web, emulator, email, password, token, tenant. */
  constructor(child, facts) {
    this.#child = child;
    Object.assign(this, facts);
  }

  /** Ends the demo; fails if it does not end by itself when asked. */
  async stop() {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = new Promise((resolve) => this.#child.once('exit', () => resolve(true)));
    this.#child.kill('SIGTERM');
    if (await Promise.race([ended, delay(STOP_MS, false, { ref: false })])) return;
    this.#child.kill('SIGKILL');
    throw new Error(`opportune demo did not end within ${STOP_MS} ms of SIGTERM`);
  }

  /**
   * A page in a context of its own (so: signed out), whose relative addresses are the demo's.
   * `page.problems` collects script errors, what the content security policy blocked and files
   * that did not load; `page.javaScript` tells whether scripts run.
   */
  async newPage({ javaScript = true, colorScheme = 'light', width = 1280, height = 900 } = {}) {
    const context = await (await theBrowser()).newContext({
      baseURL: this.web,
      javaScriptEnabled: javaScript,
      colorScheme,
      viewport: { width, height },
    });
    context.setDefaultTimeout(PAGE_MS);
    const page = await context.newPage();
    page.javaScript = javaScript;
    page.problems = [];
    page.on('pageerror', (error) => page.problems.push(String(error)));
    page.on('console', (message) => {
      // A refused form answers with 422; files that fail are told below, by their address.
      const isStatus = message.text().startsWith('Failed to load resource');
      if (message.type() === 'error' && !isStatus) page.problems.push(message.text());
    });
    page.on('response', (response) => {
      const isFile = response.request().resourceType() !== 'document';
      if (isFile && !response.ok()) page.problems.push(`${response.status()} ${response.url()}`);
    });
    return page;
  }

  /** Signs the demo's administrator in, as a person does. */
  async signIn(page) {
    await page.goto('/sign-in');
    await page.locator('input[name=email]').fill(this.email);
    await page.locator('input[name=password]').fill(this.password);
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await page.waitForURL((url) => url.pathname !== '/sign-in');
  }

  /** Every row of an Autotask entity, for example `entities('Opportunities')`. */
  async entities(name) {
    return (await this.#emulator(`entities/${name}`)).json();
  }

  /** A person deletes a row in Autotask. */
  async vanish(entity, id) {
    await this.#emulator(`entities/${entity}/${id}`, 'DELETE');
  }

  /** Every request the emulator was sent, oldest first. */
  async log() {
    const text = await (await this.#emulator('log')).text();
    return text.split('\n').filter(Boolean).map((line) => JSON.parse(line));
  }

  /** Merges fields into an Autotask row behind the API, as a person in Autotask would. */
  async editInAutotask(entity, id, fields) {
    await this.#emulator(`entities/${entity}/${id}`, 'PATCH', fields);
  }

  /** Renames a value of a picklist such as `Opportunities/stage`, or switches it off, as an administrator of Autotask would. */
  async editPicklist(field, value, edit) {
    await this.#emulator(`picklists/${field}/${value}`, 'PATCH', edit);
  }

  /** Lets the next requests that fit `fault` go wrong, as `src/emulator/faults.rs` tells. */
  async failNext(fault) {
    await this.#emulator('faults', 'POST', fault);
  }

  /** Sends a quote's whole current state over REST; resolves with the answer's body. */
  putQuote(number, document) {
    return this.#api('PUT', `/api/v1/quotes/${encodeURIComponent(number)}`, 202, document);
  }

  /** The same for a sale. */
  putSale(number, document) {
    return this.#api('PUT', `/api/v1/sales/${encodeURIComponent(number)}`, 202, document);
  }

  /** A push, by the address that its document's answer named. */
  push(address) {
    return this.#api('GET', address, 200);
  }

  /** Puts a record into Quote Manager, as somebody there would. */
  async putInQuoteManager(resource, row) {
    await this.#manager(`entities/${resource}`, 'POST', [row]);
  }

  /** Lets the next calls to Quote Manager that fit `fault` go wrong. */
  async failNextInQuoteManager(fault) {
    await this.#manager('faults', 'POST', fault);
  }

  async #manager(path, method, fields) {
    const response = await fetch(new URL(`/_quote_manager/${path}`, this.quote_manager), {
      method,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(fields),
    });
    assert.ok(response.ok, `${method} /_quote_manager/${path}: ${response.status} ${await response.text()}`);
  }

  async #api(method, path, expected, document) {
    const response = await fetch(new URL(path, this.web), {
      method,
      headers: { authorization: `Bearer ${this.token}`, 'content-type': 'application/json' },
      body: document && JSON.stringify(document),
    });
    const body = await response.text();
    assert.equal(response.status, expected, `${method} ${path}: ${body}`);
    return JSON.parse(body);
  }

  async #emulator(path, method = 'GET', fields = undefined) {
    const response = await fetch(new URL(`/_emulator/${path}`, this.emulator), {
      method,
      headers: { 'content-type': 'application/json' },
      body: fields && JSON.stringify(fields),
    });
    assert.ok(response.ok, `${method} /_emulator/${path}: ${response.status}`);
    return response;
  }
}

/** Fails on any accessibility finding, naming each rule and where it was broken. */
export async function axe(page) {
  assert.ok(page.javaScript, 'axe is a script: without JavaScript in the page it would wait for ever');
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axeCore.source);
  const violations = await page.evaluate(violationsOf, AXE_TAGS);
  const findings = violations.map(
    ({ id, help, nodes }) => `${id}: ${help}\n    ${nodes.join('\n    ')}`,
  );
  assert.equal(findings.length, 0, `axe on ${page.url()}\n  ${findings.join('\n  ')}`);
}

/** The page's own side of `axe`; what passed is not told in detail, which would take most of the time. */
async function violationsOf(tags) {
  const { violations } = await window.axe.run(document, { runOnly: tags, resultTypes: ['violations'] });
  return violations.map(({ id, help, nodes }) => ({ id, help, nodes: nodes.map(({ target }) => target.join(' ')) }));
}

/**
 * Calls `fn` until it returns something truthy, and resolves with that. A throw counts as
 * "not yet", so an assertion can stand inside; the last one is told when time is up.
 */
export async function eventually(fn, ms = 30_000) {
  const deadline = Date.now() + ms;
  for (;;) {
    let outcome;
    try {
      const value = await fn();
      if (value) return value;
      outcome = new Error(`the last value was ${JSON.stringify(value)}`);
    } catch (error) {
      outcome = error;
    }
    if (Date.now() >= deadline) throw new Error(`not within ${ms} ms: ${outcome.message}`, { cause: outcome });
    await delay(POLL_MS);
  }
}

/** `OPPORTUNE_BIN`, else whichever of our builds is the newest. */
export function binary() {
  if (process.env.OPPORTUNE_BIN) return process.env.OPPORTUNE_BIN;
  const target = process.env.CARGO_TARGET_DIR ?? fileURLToPath(new URL('../../target', import.meta.url));
  const built = ['release', 'debug'].map((profile) => `${target}/${profile}/opportune`).filter(existsSync);
  assert.ok(built.length > 0, `no opportune binary under ${target}: run cargo build first`);
  return built.sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs)[0];
}

/** The first line of standard output; the rest is read and dropped, so that the pipe never fills. */
function firstLine(child) {
  let stderr = '';
  child.stderr.on('data', (chunk) => {
    stderr = (stderr + chunk).slice(-4000);
  });
  return new Promise((resolve, reject) => {
    const fail = (why) => reject(new Error(`opportune demo ${why}\n${stderr}`));
    const timer = setTimeout(() => fail(`printed nothing within ${START_MS} ms`), START_MS);
    createInterface({ input: child.stdout }).on('line', (line) => {
      clearTimeout(timer);
      resolve(line);
    });
    child.once('error', (error) => fail(`could not be started: ${error.message}`));
    child.once('exit', (code, signal) => {
      clearTimeout(timer);
      fail(`ended with ${signal ?? code} before it was ready`);
    });
  });
}
