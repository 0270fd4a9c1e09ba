import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { FileStore } from '../src/node/index.ts';
import { MemoryStore, Positions, type Store, storedOutbox, storedToken } from '../src/store.ts';
import { FakeClock } from './fake-clock.ts';
import { FakeServer } from './fake-server.ts';
import { connected } from './harness.ts';

const folders: string[] = [];
async function folder(): Promise<string> {
  const made = await mkdtemp(join(tmpdir(), 'rookery-sdk-'));
  folders.push(made);
  return made;
}
afterEach(async () => {
  for (const one of folders.splice(0)) await rm(one, { recursive: true });
});

describe('FileStore', () => {
  test('keeps values for the next run, readable for the owner only', async () => {
    const place = join(await folder(), 'deep', 'down');
    await new FileStore(place).save('a/b', { text: 'ü', n: [1] });
    const next = new FileStore(place);
    expect(await next.load('a/b')).toEqual({ text: 'ü', n: [1] });
    expect(await next.load('other')).toBeUndefined();
    const [file] = await readdir(place);
    expect((await stat(join(place, file!))).mode & 0o777).toBe(0o600);
    await next.save('a/b', undefined);
    expect(await readdir(place)).toEqual([]);
  });

  test('what is no JSON is an error, not an empty store', async () => {
    const place = await folder();
    await writeFile(join(place, 'outbox.json'), '{"half');
    await expect(new FileStore(place).load('outbox')).rejects.toBeInstanceOf(SyntaxError);
  });
});

describe('what is stored', () => {
  test('writes of the same value do not overtake one another, and the newest is last', async () => {
    const written: unknown[] = [];
    const waiting: (() => void)[] = [];
    const slow: Store = {
      load: async () => undefined,
      save: (_, value) => {
        written.push(value);
        return new Promise((resolve) => waiting.push(resolve));
      },
    };
    const outbox = storedOutbox(slow);
    const entry = (nonce: string) => ({ nonce, channel_id: '1', content: '', created_at: '' });
    const first = outbox.save([entry('a')]);
    await Promise.resolve();
    void outbox.save([entry('b')]);
    const last = outbox.save([entry('c')]);
    expect(written).toEqual([[entry('a')]]);
    waiting.shift()!();
    while (written.length < 2) await Promise.resolve();
    waiting.shift()!();
    await Promise.all([first, last]);
    expect(written).toEqual([[entry('a')], [entry('c')]]);
  });

  test('positions come back with their epoch and their order', async () => {
    const store = new MemoryStore();
    const positions = new Positions(store);
    positions.epoch = 'e';
    positions.set('1', { seq: 1, rev: 0 });
    positions.set('2', { seq: 5, rev: 2 });
    positions.set('1', { seq: 2, rev: 0 });
    await positions.flush();
    const next = new Positions(store);
    await next.load();
    expect(next.epoch).toBe('e');
    expect([...next.entries()]).toEqual([
      ['2', { seq: 5, rev: 2 }],
      ['1', { seq: 2, rev: 0 }],
    ]);
  });

  test('what refreshes shares one token, one after the other', async () => {
    const tokens = storedToken(new MemoryStore());
    const order: string[] = [];
    const work = (name: string) =>
      tokens.exclusively(async () => {
        order.push(`${name} begins`);
        await Promise.resolve();
        order.push(`${name} ends`);
      });
    await Promise.all([work('a'), work('b')]);
    expect(order).toEqual(['a begins', 'a ends', 'b begins', 'b ends']);
  });

  test('the next run goes on where the last one stopped', async () => {
    const store = new MemoryStore();
    const server = new FakeServer();
    const clock = new FakeClock();
    const first = await connected({ store, server, clock });
    server.write('10', 'one');
    first.client.outbox.add('10', 'mine');
    await clock.advance(0);
    await first.client.close();
    server.write('10', 'while nobody was there');
    const second = await connected({ store, server, clock });
    expect(first.seen).toEqual(['10:1', '10:2']);
    expect(second.seen).toEqual(['10:3']);
  });

  test('a message that waited for more than a day is not sent by itself', async () => {
    const store = new MemoryStore();
    const server = new FakeServer();
    const clock = new FakeClock();
    const entry = { nonce: 'n', channel_id: '10', content: 'old', created_at: new Date(clock.now()).toISOString() };
    await store.save('outbox', [entry]);
    await clock.advance(24 * 3_600_000);
    const { client } = await connected({ store, server, clock });
    expect(client.outbox.entries).toMatchObject([
      { content: 'old', failed: { code: 'old', message: 'It is more than a day old.' } },
    ]);
    expect(server.messages.get('10')).toEqual([]);
    client.outbox.retry('n');
    await clock.advance(0);
    expect(server.messages.get('10')).toHaveLength(1);
  });

  test('the end of the login leaves nothing behind', async () => {
    const store = new MemoryStore();
    const { server, client } = await connected({ store });
    server.write('10', 'one');
    await client.signOut();
    for (const key of ['refresh-token', 'positions']) expect(await store.load(key)).toBeUndefined();
    expect(await store.load('outbox')).toEqual([]);
  });
});
