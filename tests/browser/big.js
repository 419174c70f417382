// A large tenant, as the emulator grows it: 300 owners, 220 billing codes, 800 product categories; and quotes whose
// products come from 64 categories of the source.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { quote } from './documents.js';
import { binary, startDemo } from './harness.js';

export const CATEGORIES = 64;

/** Starts the large emulator and a demo on it; `stop` ends both. */
export async function startBigDemo(flags = ['--no-quotes']) {
  const emulator = spawn(binary(), ['emulator', '--scale', '--json', '--listen', '127.0.0.1:0'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const end = async () => {
    const ended = once(emulator, 'exit');
    emulator.kill('SIGTERM');
    await ended;
  };
  try {
    const [line] = await once(createInterface({ input: emulator.stdout }), 'line');
    const demo = await startDemo(['--emulator-url', JSON.parse(line).url, ...flags]);
    return {
      demo,
      stop: async () => {
        await demo.stop();
        await end();
      },
    };
  } catch (error) {
    await end();
    throw error;
  }
}

/** Sends a quote whose products come from so many categories, besides Services and Bundle. */
export async function addCategories(demo, count = CATEGORIES) {
  const [product] = quote().lines;
  const line = (index) => ({
    ...product,
    id: String(index),
    sku: `SKU-${index}`,
    category: `Group ${index % 8}/Kind ${index}`,
  });
  const lines = Array.from({ length: count }, (_, index) => line(index));
  await demo.putQuote('BIG-1', quote('open', { lines }));
}
