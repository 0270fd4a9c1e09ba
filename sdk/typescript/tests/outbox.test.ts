import { describe, expect, test } from 'vitest';
import { connected, MemoryOutboxStore } from './harness.ts';

describe('Outbox', () => {
  test('a message is sent, answered and gone from the outbox', async () => {
    const { clock, server, client } = await connected();
    const sizes: number[] = [];
    client.on('outbox', (entries) => sizes.push(entries.length));
    client.outbox.add('10', 'hello');
    await clock.advance(0);
    expect(sizes).toEqual([1, 0]);
    expect(server.messages.get('10')?.map((message) => message.content)).toEqual(['hello']);
  });

  test('an entry that was made elsewhere is sent as it is, and taken once', async () => {
    const { clock, server, client } = await connected();
    const entry = { nonce: 'from-a-tab', channel_id: '10', content: 'hello', created_at: new Date(0).toISOString() };
    client.outbox.take(entry);
    client.outbox.take(entry);
    expect(client.outbox.entries).toEqual([entry]);
    await clock.advance(0);
    expect(server.messages.get('10')?.map((message) => message.nonce)).toEqual(['from-a-tab']);
  });

  test('a reply lost with the connection leads to one message, by its nonce', async () => {
    const { clock, server, client } = await connected();
    const sent: number[] = [];
    client.on('sent', ({ message }) => sent.push(message.seq));
    server.swallowReplies = true;
    client.outbox.add('10', 'once');
    await clock.advance(0);
    expect(server.messages.get('10')).toHaveLength(1);
    server.swallowReplies = false;
    server.socket.end(1006);
    await clock.advance(1000);
    expect(server.messages.get('10')).toHaveLength(1);
    expect(sent).toEqual([1]);
    expect(client.outbox.entries).toEqual([]);
  });

  test('what is written offline goes out in order when the connection is back', async () => {
    const { clock, server, client } = await connected();
    server.reachable = false;
    server.socket.end(1006);
    for (const text of ['one', 'two', 'three']) client.outbox.add('10', text);
    await clock.advance(10_000);
    expect(client.outbox.entries).toHaveLength(3);
    server.reachable = true;
    await clock.advance(60_000);
    expect(server.messages.get('10')?.map((message) => message.content)).toEqual(['one', 'two', 'three']);
  });

  test('the live event alone confirms a message too', async () => {
    const { clock, server, client } = await connected();
    server.swallowReplies = true;
    const { nonce } = client.outbox.add('10', 'hello');
    await clock.advance(0);
    const written = server.messages.get('10')![0]!;
    expect(written.nonce).toBe(nonce);
    server.dispatch('MESSAGE_CREATE', written);
    expect(client.outbox.entries).toEqual([]);
  });

  test('a rate limit is waited out, with the same nonce', async () => {
    const { clock, server, client } = await connected();
    server.refusals = [{ code: 20016, message: 'slow down', retry_after: 3 }];
    client.outbox.add('10', 'patience');
    await clock.advance(2900);
    expect(server.messages.get('10')).toEqual([]);
    await clock.advance(200);
    expect(server.messages.get('10')).toHaveLength(1);
  });

  test('what does not fit into the limit of frames goes by REST, in the same order', async () => {
    const { clock, server, client } = await connected({ limits: { frames_per_minute: 20 } });
    const texts = Array.from({ length: 40 }, (_, n) => `message ${n}`);
    for (const text of texts) client.outbox.add('10', text);
    await clock.advance(100);
    expect(server.messages.get('10')?.map((message) => message.content)).toEqual(texts);
    const frames = server.socket.sent.filter((frame) => frame.op !== 1 && frame.op !== 66);
    expect(frames.length).toBeLessThanOrEqual(20);
    expect(server.calls.filter((call) => call === 'POST /channels/10/messages').length).toBeGreaterThan(20);
  });

  test('a refusal marks the message and lets the next one pass; retry and discard end it', async () => {
    const { clock, server, client } = await connected();
    server.refusals = [{ code: 50007, message: 'cannot message this user' }];
    const refused = client.outbox.add('10', 'refused');
    client.outbox.add('10', 'accepted');
    await clock.advance(0);
    const failed = { code: 50007, message: 'cannot message this user' };
    expect(client.outbox.entries).toMatchObject([{ nonce: refused.nonce, failed }]);
    client.outbox.retry(refused.nonce);
    await clock.advance(0);
    expect(server.messages.get('10')?.map((message) => message.content)).toEqual(['accepted', 'refused']);
    server.refusals = [{ code: 50007, message: 'no' }];
    const again = client.outbox.add('10', 'again');
    await clock.advance(0);
    client.outbox.discard(again.nonce);
    expect(client.outbox.entries).toEqual([]);
  });

  test('of a refusal is kept what can be told in any language: its code, and the limit that was passed', async () => {
    const store = new MemoryOutboxStore();
    const { clock, server, client } = await connected({ outbox: store, limits: { content: 5 } });
    const refusal = (sentence: string) => ({ code: 50035, message: 'Invalid body', errors: { content: sentence } });
    server.refusals = [refusal('must not be longer than 5 characters'), refusal('must not be empty')];
    client.outbox.add('10', 'six 🦉 owls');
    client.outbox.add('10', '🦉🦉🦉🦉🦉'); // five characters, of two units each
    await clock.advance(0);
    expect(store.entries.map((entry) => entry.failed)).toEqual([
      { code: 50035, message: 'must not be longer than 5 characters', limit: 5 },
      { code: 50035, message: 'must not be empty' },
    ]);
  });

  test('what an earlier run left is sent by the next one', async () => {
    const store = new MemoryOutboxStore();
    store.entries = [
      { nonce: 'n-1', channel_id: '10', content: 'from before', created_at: '2026-11-20T11:00:00.000Z' },
    ];
    const { server } = await connected({ outbox: store });
    expect(server.messages.get('10')).toMatchObject([{ content: 'from before', nonce: 'n-1' }]);
    expect(store.entries).toEqual([]);
  });
});
