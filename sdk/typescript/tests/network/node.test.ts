import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, test } from 'vitest';
import { FileStore, openSocket } from '../../src/node/index.ts';
import { Host } from './host.ts';
import { scenarios, type World } from './scenarios.ts';

const host = new Host();
const folder = mkdtempSync(join(tmpdir(), 'rookery-sdk-stores-'));
let address = '';

beforeAll(async () => {
  address = await host.start();
});
afterAll(async () => {
  await host.remove();
  rmSync(folder, { recursive: true, force: true });
});

const world: World = {
  order: async (order) => {
    const answer = await fetch(`${address}/order`, { method: 'POST', body: JSON.stringify(order) });
    if (!answer.ok) throw new Error(await answer.text());
    return answer.json();
  },
  store: (name) => new FileStore(join(folder, name)),
  openSocket,
};

describe('in Node', () => {
  for (const [promise, play] of Object.entries(scenarios)) test(promise, () => play(world));
});
