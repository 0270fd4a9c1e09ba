import { describe, expect, test } from 'vitest';
import { FakeServer } from './fake-server.ts';
import { connected } from './harness.ts';

describe('ChannelTracker', () => {
  test('a hole in seq is read from history before anything later is handed on', async () => {
    const { clock, server, seen } = await connected();
    server.write('10', 'one');
    server.write('10', 'two', { lost: true });
    server.write('10', 'three', { lost: true });
    server.write('10', 'four');
    await clock.advance(0);
    expect(seen).toEqual(['10:1', '10:2', '10:3', '10:4']);
    expect(server.calls).toContain('GET /channels/10/messages?after_seq=1&limit=100');
  });

  test('other channels do not wait for a hole to be filled', async () => {
    const { clock, server, seen } = await connected({ channels: ['10', '20'] });
    server.write('10', 'lost', { lost: true });
    server.write('10', 'after the hole');
    server.write('20', 'elsewhere');
    expect(seen).toEqual(['20:1']);
    await clock.advance(0);
    expect(new Set(seen)).toEqual(new Set(['20:1', '10:1', '10:2']));
  });

  test('a hole in rev is read from the changes', async () => {
    const { clock, server, client } = await connected();
    const texts: string[] = [];
    client.on('MESSAGE_UPDATE', (d) => texts.push(`${d.rev} ${d.message.content}`));
    server.write('10', 'one');
    server.edit('10', 1, 'first edit', { lost: true });
    server.edit('10', 1, 'second edit');
    await clock.advance(0);
    expect(texts.slice(0, 2)).toEqual(['1 first edit', '2 second edit']);
    expect(server.calls).toContain('GET /channels/10/changes?after_rev=0&limit=100');
  });

  test('a hole that cannot be filled now is tried again until it is', async () => {
    const { clock, server, seen } = await connected();
    server.write('10', 'lost', { lost: true });
    server.reachable = false;
    server.write('10', 'after the hole');
    await clock.advance(5000);
    expect(seen).toEqual([]);
    server.reachable = true;
    await clock.advance(2000);
    expect(seen).toEqual(['10:1', '10:2']);
  });

  test('holes in rev while catching up are normal and ask nobody', async () => {
    const { clock, server, client } = await connected();
    const revs: number[] = [];
    server.write('10', 'one');
    client.on('MESSAGE_UPDATE', (d) => revs.push(d.rev));
    server.forgetSessions();
    server.socket.end(1006);
    server.edit('10', 1, 'a');
    server.edit('10', 1, 'b');
    server.edit('10', 1, 'c');
    await clock.advance(1000);
    server.edit('10', 1, 'd');
    await clock.advance(0);
    expect(revs).toEqual([3, 4]);
    expect(server.calls.filter((call) => call.includes('/changes'))).toEqual([]);
  });

  test('recovered: false resets the channel, goes on from its head and confirms the delivery', async () => {
    const { clock, server, seen, resets } = await connected({ missed: 'reset' });
    server.write('10', 'one');
    server.forgetSessions();
    server.recovers = false;
    server.socket.end(1006);
    server.write('10', 'two');
    server.write('10', 'three');
    await clock.advance(1000);
    expect(resets).toEqual(['10']);
    expect(server.calls).toContain('POST /channels/10/delivered');
    server.write('10', 'four');
    expect(seen).toEqual(['10:1', '10:4']);
  });

  test('a channel that became known meanwhile is asked for, since nothing of it was queued', async () => {
    const { clock, server, resets } = await connected({ missed: 'reset' });
    server.forgetSessions();
    server.socket.end(1006);
    server.addChannel('30');
    server.write('30', 'hello');
    await clock.advance(1000);
    expect(resets).toEqual(['30']);
  });

  test('recovered: false is read from history where everything is wanted, each message once and in order', async () => {
    const { clock, server, seen, resets } = await connected();
    server.write('10', 'one');
    server.forgetSessions();
    server.recovers = false;
    server.socket.end(1006);
    for (let n = 2; n <= 450; n++) server.write('10', `message ${n}`);
    await clock.advance(1000);
    server.write('10', 'the next');
    await clock.advance(0);
    expect(seen).toEqual(Array.from({ length: 451 }, (_, index) => `10:${index + 1}`));
    expect(resets).toEqual([]);
    expect(server.calls).toContain('POST /channels/10/delivered');
  });

  test('a channel that became known meanwhile is read from where it was delivered to', async () => {
    const { clock, server, seen } = await connected();
    server.forgetSessions();
    server.socket.end(1006);
    server.addChannel('30');
    server.write('30', 'hello');
    server.write('30', 'anybody?');
    await clock.advance(1000);
    expect(seen).toEqual(['30:1', '30:2']);
  });

  test('a large channel that tells only how far it is is read from history', async () => {
    const { clock, server, seen } = await connected();
    server.write('10', 'one', { lost: true });
    server.write('10', 'two', { lost: true });
    server.dispatch('CHANNEL_UNREAD', { channel_id: '10', last_seq: 2 });
    await clock.advance(0);
    expect(seen).toEqual(['10:1', '10:2']);
  });

  test('a queue that was cut off is asked for again, from where it broke', async () => {
    const server = new FakeServer();
    server.addChannel('10');
    for (let n = 1; n <= 3; n++) server.write('10', `message ${n}`);
    server.queueBreaksAfter = 1;
    const { clock, seen } = await connected({ server });
    expect(seen).toEqual(['10:1']);
    server.queueBreaksAfter = Number.POSITIVE_INFINITY;
    server.forgetSessions();
    await clock.advance(1000);
    expect(seen).toEqual(['10:1', '10:2', '10:3']);
  });

  test('another epoch drops the positions and resets every channel', async () => {
    const { clock, server, client, resets } = await connected();
    server.write('10', 'one');
    server.forgetSessions();
    server.epoch = 'two';
    server.recovers = false;
    server.messages.set('10', []);
    server.socket.end(1006);
    await clock.advance(1000);
    expect(resets).toContain('10');
    const seen: number[] = [];
    client.on('MESSAGE_CREATE', (message) => seen.push(message.seq));
    server.write('10', 'a new one');
    expect(seen).toEqual([1]);
  });
});
