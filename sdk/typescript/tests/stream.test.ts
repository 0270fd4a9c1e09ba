import { describe, expect, test } from 'vitest';
import { BufferOverrun } from '../src/stream.ts';
import { settle } from './fake-clock.ts';
import { connected } from './harness.ts';

describe('messages()', () => {
  test('gives what came since the call, of one channel or of all, and ends with close', async () => {
    const { server, client } = await connected({ channels: ['10', '20'] });
    const all = client.messages();
    const one = client.messages({ channel: '20' });
    server.write('10', 'a');
    server.write('20', 'b');
    await client.close();
    const texts: string[][] = [[], []];
    for await (const message of all) texts[0]!.push(message.content);
    for await (const message of one) texts[1]!.push(message.content);
    expect(texts).toEqual([['a', 'b'], ['b']]);
  });

  test('who is too slow gets what was kept, and then an error', async () => {
    const { server, client } = await connected();
    const messages = client.messages({ buffer: 2 });
    for (const text of ['a', 'b', 'c']) server.write('10', text);
    const seen: string[] = [];
    const loop = (async () => {
      for await (const message of messages) seen.push(message.content);
    })();
    await expect(loop).rejects.toBeInstanceOf(BufferOverrun);
    expect(seen).toEqual(['a', 'b']);
    expect((await messages.next()).done).toBe(true);
  });

  test('a signal ends the loop, leaving it too', async () => {
    const { server, client } = await connected();
    const end = new AbortController();
    const loop = (async () => {
      for await (const _ of client.messages({ signal: end.signal }));
      return 'over';
    })();
    await settle();
    end.abort();
    expect(await loop).toBe('over');
    server.write('10', 'a');
    const messages = client.messages();
    server.write('10', 'b');
    for await (const message of messages) {
      expect(message.content).toBe('b');
      break;
    }
    server.write('10', 'c');
    expect((await messages.next()).done).toBe(true);
  });

  test('the end of the login is an error', async () => {
    const { server, client } = await connected();
    const ended: unknown[] = [];
    client.on('signedOut', (why) => ended.push(why));
    const next = client.messages().next();
    next.catch(() => undefined);
    server.socket.end(4102);
    await settle();
    await expect(next).rejects.toMatchObject({ name: 'SessionEnded' });
    expect(ended).toEqual([{ reason: 'ended' }]);
  });
});

describe('listeners', () => {
  test('on, off and once', async () => {
    const { server, client } = await connected();
    const seen: string[] = [];
    const every = ({ content }: { content: string }) => seen.push(`on ${content}`);
    client.on('MESSAGE_CREATE', every);
    client.once('MESSAGE_CREATE', ({ content }) => seen.push(`once ${content}`));
    const next = client.once('MESSAGE_CREATE');
    server.write('10', 'a');
    client.off('MESSAGE_CREATE', every);
    server.write('10', 'b');
    expect(seen).toEqual(['on a', 'once a']);
    expect((await next).content).toBe('a');
    await expect(client.once('TYPING_START', { signal: AbortSignal.abort(new Error('late')) })).rejects.toThrow('late');
  });
});

describe('send', () => {
  test('answers the message, over a connection that breaks, and once', async () => {
    const { clock, server, client } = await connected();
    server.swallowReplies = true;
    const sent = client.send('10', 'hi');
    await settle();
    server.swallowReplies = false;
    server.socket.end(1006);
    await clock.advance(2000);
    expect(await sent).toMatchObject({ content: 'hi', seq: 1 });
    expect(server.messages.get('10')).toHaveLength(1);
    expect(client.outbox.entries).toEqual([]);
  });

  test('a refusal is the error that it is, and nothing stays behind', async () => {
    const { clock, server, client } = await connected();
    server.refusals.push({ code: 50007, message: 'Cannot message this user' });
    const sent = client.send('10', 'hi');
    sent.catch(() => undefined);
    await clock.advance(0);
    await expect(sent).rejects.toMatchObject({ name: 'Forbidden', status: 403, code: 50007 });
    expect(client.outbox.entries).toEqual([]);
  });

  test('can be given up, and is left for the next run by close', async () => {
    const { server, client } = await connected();
    server.socket.end(1006);
    const end = new AbortController();
    const given = client.send('10', 'never mind', { signal: end.signal });
    const kept = client.send('10', 'later');
    kept.catch(() => undefined);
    end.abort(new Error('given up'));
    await expect(given).rejects.toThrow('given up');
    await client.close();
    await expect(kept).rejects.toMatchObject({ name: 'UnknownOutcomeError' });
    expect(client.outbox.entries.map((entry) => entry.content)).toEqual(['later']);
  });
});
