import { Client, type ClientOptions } from '../src/client.ts';
import type { ConnectionState } from '../src/gateway.ts';
import type { OutboxEntry, OutboxStore } from '../src/outbox.ts';
import { MemoryStore, type Store, storedToken } from '../src/store.ts';
import { FakeClock } from './fake-clock.ts';
import { FakeServer } from './fake-server.ts';

interface Setting {
  channels?: string[];
  outbox?: OutboxStore;
  limits?: Record<string, number>;
  blocksWebSockets?: boolean;
  missed?: ClientOptions['missed'];
  store?: Store;
  server?: FakeServer;
  clock?: FakeClock;
}

/** A client with everything around it under the test's hand, signed in and connected. */
export async function connected({
  channels = ['10'],
  outbox,
  limits = {},
  blocksWebSockets = false,
  missed = 'refill',
  store = new MemoryStore(),
  server = new FakeServer(),
  clock = new FakeClock(),
}: Setting = {}) {
  server.limits = limits;
  server.blocksWebSockets = blocksWebSockets;
  for (const channel of channels) if (!server.messages.has(channel)) server.addChannel(channel);
  const tokens = storedToken(store);
  await tokens.save('r0');
  const client = new Client({
    server: 'http://server',
    device: { id: 'd', kind: 'web' },
    store,
    missed,
    clock,
    fetch: server.fetch,
    openSocket: server.open,
    ...(outbox ? { outbox } : {}),
  });
  const seen: string[] = []; // channel:seq of each MESSAGE_CREATE, in the order of arrival
  const resets: string[] = [];
  const states: ConnectionState[] = [];
  client.on('MESSAGE_CREATE', (message) => seen.push(`${message.channel_id}:${message.seq}`));
  client.on('reset', (d) => resets.push(d.channel_id));
  client.on('state', (state) => states.push(state));
  await client.start();
  await clock.advance(0);
  return { clock, server, client, tokens, seen, resets, states };
}

export class MemoryOutboxStore implements OutboxStore {
  entries: OutboxEntry[] = [];
  async load(): Promise<OutboxEntry[]> {
    return this.entries;
  }
  async save(entries: OutboxEntry[]): Promise<void> {
    this.entries = entries;
  }
}
