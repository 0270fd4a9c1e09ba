import { describe, expect, test } from 'vitest';
import { connected } from './harness.ts';

const kIdentify = 2;
const kResume = 6;
const kHeartbeat = 1;
const kAck = 66;

describe('Gateway', () => {
  test('identifies after Hello and is online with READY', async () => {
    const { client, server } = await connected();
    expect(client.gateway.state).toEqual({ kind: 'online' });
    expect(server.socket.sent.map((frame) => frame.op)).toEqual([kIdentify]);
    expect(server.socket.sent[0]?.d).toEqual({ token: 'a1', device: { id: 'd', kind: 'web' } });
  });

  test('acknowledges several dispatches with one frame within 250 ms', async () => {
    const { clock, server } = await connected();
    server.write('10', 'one');
    server.write('10', 'two');
    await clock.advance(250);
    expect(server.socket.of(kAck)).toEqual([{ op: kAck, d: 3 }]);
  });

  test('a heartbeat carries the last s and goes out every heartbeat_interval', async () => {
    const { clock, server } = await connected();
    await clock.advance(60_000);
    expect(server.socket.of(kHeartbeat)).toEqual([
      { op: kHeartbeat, d: 1 },
      { op: kHeartbeat, d: 1 },
    ]);
  });

  test('a connection that answers no heartbeat is given up and resumed on a new one', async () => {
    const { clock, server, client } = await connected();
    server.answersHeartbeats = false;
    await clock.advance(40_000);
    expect(server.sockets[0]?.closedWith).toBe(4000);
    await clock.advance(1000);
    expect(server.sockets).toHaveLength(2);
    expect(client.gateway.state.kind).toBe('online');
  });

  test('an unanswered request makes it find out at once whether the connection lives', async () => {
    const { clock, server, client } = await connected();
    server.swallowReplies = true;
    server.answersHeartbeats = false;
    client.outbox.add('10', 'into the void');
    await clock.advance(15_100);
    expect(server.sockets[0]?.closedWith).toBe(4000);
    server.swallowReplies = false;
    await clock.advance(1000);
    expect(server.sockets).toHaveLength(2);
    expect(server.messages.get('10')).toHaveLength(1);
    expect(client.outbox.entries).toEqual([]);
  });

  test('nothing is sent into a socket that is closing, and what was to be sent goes with the next', async () => {
    const { clock, server, client } = await connected();
    const closing = server.socket;
    closing.readyState = 2;
    const sent = closing.sent.length;
    client.outbox.add('10', 'too late');
    await clock.advance(100);
    expect(closing.sent).toHaveLength(sent);
    closing.end(1006);
    await clock.advance(2000);
    expect(server.messages.get('10')).toHaveLength(1);
    expect(client.outbox.entries).toEqual([]);
  });

  test('a socket that only reports an error is given up too', async () => {
    const { clock, server, client } = await connected();
    server.socket.onerror?.({});
    await clock.advance(2000);
    expect(server.sockets).toHaveLength(2);
    expect(client.gateway.state.kind).toBe('online');
  });

  test('a resume brings every dispatch after the last seen one, once', async () => {
    const { clock, server, seen } = await connected();
    server.write('10', 'before');
    server.socket.end(1006);
    server.write('10', 'meanwhile');
    server.write('10', 'meanwhile too');
    await clock.advance(1000);
    expect(server.socket.sent[0]).toMatchObject({ op: kResume, d: { session_id: expect.any(String), s: 2 } });
    expect(seen).toEqual(['10:1', '10:2', '10:3']);
  });

  test('a session that is gone is identified anew on the same socket, with positions', async () => {
    const { clock, server, seen } = await connected();
    server.write('10', 'before');
    server.forgetSessions();
    server.socket.end(1006);
    server.write('10', 'meanwhile');
    await clock.advance(1000);
    expect(server.socket.sent.slice(0, 2)).toMatchObject([
      { op: kResume },
      { op: kIdentify, d: { positions: { 10: { seq: 1, rev: 0 } }, epoch: 'one' } },
    ]);
    expect(seen).toEqual(['10:1', '10:2']);
  });

  test('after 4004 it comes back with a new token', async () => {
    const { clock, server, client } = await connected();
    server.refuseToken = true;
    server.socket.end(1006);
    await clock.advance(3000);
    expect(server.socket.sent[0]).toMatchObject({ op: kResume, d: { token: 'a2' } });
    expect(client.gateway.state.kind).toBe('online');
  });

  test('after 4102 the login is over and nothing reconnects', async () => {
    const { clock, server, client, tokens } = await connected();
    let over = 0;
    client.on('signedOut', () => over++);
    server.socket.end(4102);
    await clock.advance(300_000);
    expect(server.sockets).toHaveLength(1);
    expect(over).toBe(1);
    expect(await tokens.load()).toBeUndefined();
  });

  test('who was disabled is told so', async () => {
    const { clock, server, client } = await connected();
    const reasons: string[] = [];
    client.on('signedOut', ({ reason }) => reasons.push(reason));
    server.socket.end(4102, 'The account was disabled');
    await clock.advance(0);
    expect(reasons).toEqual(['disabled']);
  });

  test('after 4103 it stays away until it is asked to come back', async () => {
    const { clock, server, client } = await connected();
    server.socket.end(4103);
    await clock.advance(300_000);
    expect(client.gateway.state).toEqual({ kind: 'stopped', reason: 'elsewhere' });
    client.gateway.start();
    await clock.advance(0);
    expect(client.gateway.state.kind).toBe('online');
  });

  test('op 7 is followed: away at once, back after that long, in the same session', async () => {
    const { clock, server } = await connected();
    server.socket.push({ op: 7, d: { after_ms: 4000 } });
    await clock.advance(3900);
    expect(server.sockets).toHaveLength(1);
    await clock.advance(200);
    expect(server.socket.sent[0]?.op).toBe(kResume);
  });

  test('attempts wait 1, 2, 4, … 60 s with full jitter, and retryNow cuts the wait short', async () => {
    const { clock, server, client, states } = await connected();
    clock.chance = 0.999;
    server.reachable = false;
    server.socket.end(1006);
    await clock.advance(400_000);
    const waits = states.filter((state) => state.kind === 'waiting').map((state) => state.attempt);
    expect(waits.slice(0, 8)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(server.sockets.length).toBeLessThan(14);
    expect(server.calls.filter((call) => call === 'GET /gateway').length).toBeGreaterThan(2);
    const { state } = client.gateway;
    expect(state.kind === 'waiting' && state.retryAt - clock.now()).toBeLessThanOrEqual(60_000);
    server.reachable = true;
    client.gateway.retryNow();
    await clock.advance(0);
    expect(client.gateway.state.kind).toBe('online');
  });

  test('stop ends the session at the server', async () => {
    const { server, client } = await connected();
    client.gateway.stop();
    expect(server.socket.closedWith).toBe(1000);
  });
});
