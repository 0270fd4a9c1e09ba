import { describe, expect, test } from 'vitest';
import { connected } from './harness.ts';

const kIdentify = 2;
const kResume = 6;
const kHeartbeat = 1;
const kMinute = 60_000;

/** A client behind something that lets no WebSocket through. */
async function polled() {
  const all = await connected({ blocksWebSockets: true });
  await all.clock.advance(10_000);
  expect(all.client.gateway.state.kind).toBe('online');
  return { ...all, polling: all.server.polling };
}

describe('Long polling', () => {
  test('takes the place of a WebSocket after three that did not open', async () => {
    const { server, polling } = await polled();
    expect(server.sockets).toHaveLength(3);
    expect(polling.calls[0]).toMatchObject({ n: 1, frames: [{ op: kIdentify }] });
    expect(polling.calls[0]).not.toHaveProperty('session_id');
  });

  test('is not tried where a WebSocket opens', async () => {
    const { clock, server } = await connected();
    for (let i = 0; i < 5; i++) {
      server.socket.end(1006);
      await clock.advance(kMinute);
    }
    expect(server.polling.calls).toEqual([]);
  });

  test('is given up where it does not get through either', async () => {
    const { clock, server, client } = await connected({ blocksWebSockets: true });
    server.reachable = false;
    await clock.advance(10 * kMinute);
    expect(server.sockets.length).toBeGreaterThan(6);
    expect(client.gateway.state.kind).not.toBe('online');
    server.reachable = true;
    server.blocksWebSockets = false;
    await clock.advance(2 * kMinute);
    expect(client.gateway.state.kind).toBe('online');
  });

  test('brings the same events and keeps the same promises', async () => {
    const { clock, server, client, seen } = await polled();
    server.write('10', 'one');
    server.write('10', 'two');
    client.outbox.add('10', 'mine');
    await clock.advance(1000);
    server.write('10', 'three');
    await clock.advance(1000);
    expect(seen).toEqual(['10:1', '10:2', '10:3', '10:4']);
    expect(client.outbox.entries).toEqual([]);
    expect(server.messages.get('10')?.map((message) => message.content)).toEqual(['one', 'two', 'mine', 'three']);
  });

  test('each call says how far it has come, and numbers have no hole', async () => {
    const { clock, server, polling } = await polled();
    for (let i = 0; i < 5; i++) {
      server.write('10', String(i));
      await clock.advance(300);
    }
    expect(polling.calls.map((call) => call.n)).toEqual(polling.calls.map((_, i) => i + 1));
    expect(polling.calls.at(-1)?.s).toBe(6);
    expect(polling.calls.every((call) => call.timeout_ms <= 25_000)).toBe(true);
  });

  test('a call whose answer was lost is made again with its number, and its sends are done once', async () => {
    const { clock, server, client, seen, polling } = await polled();
    polling.losesAnswers = 3;
    client.outbox.add('10', 'once');
    server.write('10', 'other');
    await clock.advance(20_000);
    expect(
      server.messages
        .get('10')
        ?.map((message) => message.content)
        .sort(),
    ).toEqual(['once', 'other']);
    expect(seen).toEqual(['10:1', '10:2']);
    const numbers = polling.calls.map((call) => call.n);
    expect(new Set(numbers).size).toBe(numbers.length - 3);
    expect(server.sockets).toHaveLength(3);
  });

  test('a heartbeat finds out whether the connection lives', async () => {
    const { clock, polling, client } = await polled();
    await clock.advance(31_000);
    expect(polling.calls.some((call) => (call.frames as { op: number }[]).some((one) => one.op === kHeartbeat))).toBe(
      true,
    );
    expect(client.gateway.state.kind).toBe('online');
  });

  test('a close is a reason to come back and resume', async () => {
    const { clock, server, seen, polling } = await polled();
    polling.closeAll(4009);
    await clock.advance(0);
    server.write('10', 'meanwhile');
    await clock.advance(10_000);
    expect(seen).toEqual(['10:1']);
    expect(polling.calls.some((call) => (call.frames as { op: number }[])[0]?.op === kResume)).toBe(true);
  });

  test('a session that is gone is identified anew', async () => {
    const { clock, server, client, seen, polling } = await polled();
    server.forgetSessions();
    polling.closeAll(4009);
    await clock.advance(10_000);
    expect(client.gateway.state.kind).toBe('online');
    server.write('10', 'later');
    await clock.advance(1000);
    expect(seen).toEqual(['10:1']);
  });

  test('gives way to a WebSocket once one opens, with the same session', async () => {
    const { clock, server, client, seen } = await polled();
    await clock.advance(6 * kMinute);
    expect(server.sockets).toHaveLength(4);
    server.blocksWebSockets = false;
    await clock.advance(6 * kMinute);
    expect(server.sockets).toHaveLength(5);
    expect(server.socket.sent[0]?.op).toBe(kResume);
    expect(client.gateway.state.kind).toBe('online');
    server.write('10', 'by WebSocket');
    await clock.advance(kMinute);
    expect(seen).toEqual(['10:1']);
    expect(server.sockets).toHaveLength(5);
  });

  test('an ended login stops it', async () => {
    const { clock, client, polling } = await polled();
    polling.closeAll(4102);
    await clock.advance(kMinute);
    expect(client.gateway.state).toMatchObject({ kind: 'idle' });
  });

  test('signing out ends the call that is held', async () => {
    const { clock, client, polling } = await polled();
    await client.signOut();
    const calls = polling.calls.length;
    await clock.advance(10 * kMinute);
    expect(polling.calls).toHaveLength(calls);
  });
});
