import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TestServer } from '../../sdk/typescript/tests/network/host.ts';
import { Program, password, person } from './people.ts';

const server = new TestServer();
let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rookery-examples-'));
  await server.start();
});
afterAll(async () => {
  await server.remove();
  await rm(folder, { recursive: true, force: true });
});

describe('the bot', () => {
  test('answers, is ended and killed, and answers what was said meanwhile, once', async () => {
    const account = await person(server.address, 'echobot');
    const bot = account.user!.id;
    await account.signOut();
    const ada = await person(server.address, 'ada');
    const channel = (await ada.rest.openChannel({ recipients: [bot] })).id;
    const answers = ada.messages();
    const answer = async () => {
      for await (const message of { [Symbol.asyncIterator]: () => ({ next: () => answers.next() }) }) {
        if (message.author.id === bot) return message;
      }
      throw new Error('no answer');
    };
    const env = { ROOKERY: server.address, BOT_DATA: join(folder, 'bot') };
    const first = new Program('bot/bot.mjs', [], { ...env, BOT_NAME: 'echobot', BOT_PASSWORD: password });
    const question = await ada.send(channel, '!ping');
    expect(await answer()).toMatchObject({ content: 'pong', reply_to: { id: question.id } });
    expect(await first.end('SIGTERM')).toBe(0);

    await ada.send(channel, '!echo while you were away');
    const second = new Program('bot/bot.mjs', [], env);
    expect((await answer()).content).toBe('while you were away');
    // A crash may bring again what was handed on just before; so wait until it is written down.
    const head = (await ada.rest.channel(channel)).last_seq;
    const stood = async () => JSON.parse(await readFile(join(folder, 'bot', 'positions.json'), 'utf8'));
    while (new Map<string, { seq: number }>((await stood()).positions).get(channel)?.seq !== head);
    await second.end('SIGKILL');

    await ada.send(channel, '!echo after the crash');
    const third = new Program('bot/bot.mjs', [], env);
    expect((await answer()).content).toBe('after the crash');
    await ada.send(channel, '!dice');
    expect((await answer()).content).toMatch(/^🎲 [1-6]$/);
    expect(await third.end('SIGTERM')).toBe(0);
    expect((await ada.rest.messages(channel)).filter((message) => message.author.id === bot)).toHaveLength(4);
    await ada.close();
  });
});

describe('the terminal client', () => {
  test('shows what was said, sends what is typed, and ends when the input does', async () => {
    const bo = await person(server.address, 'bob');
    const account = await person(server.address, 'terminal');
    const id = account.user!.id;
    await account.signOut();
    const channel = (await bo.rest.openChannel({ recipients: [id] })).id;
    await bo.send(channel, 'from before\u001b[2J');
    const env = {
      ROOKERY: server.address,
      CHAT_NAME: 'terminal',
      CHAT_PASSWORD: password,
      CHAT_DATA: join(folder, 'cli'),
    };
    const terminal = new Program('cli/cli.mjs', ['Bob'], env);
    await terminal.said(/bob: from before�\[2J/);
    const answers = bo.messages();
    terminal.type('typed here');
    const { value } = await answers.next();
    expect(value).toMatchObject({ content: 'typed here', author: { id } });
    await terminal.said(/you: typed here/);
    await bo.send(channel, 'and an answer');
    await terminal.said(/bob: and an answer/);
    terminal.type('the last word');
    terminal.hangUp();
    expect(await terminal.ended).toBe(0);
    for (const text of ['from before', 'you: typed here', 'and an answer']) {
      expect(terminal.text.split(text)).toHaveLength(2);
    }
    expect((await bo.rest.messages(channel, { limit: 1 }))[0]!.content).toBe('the last word');
    await bo.close();
  });

  test('says what is wrong', async () => {
    expect(await new Program('cli/cli.mjs', [], {}).ended).toBe(2);
    const env = {
      ROOKERY: server.address,
      CHAT_NAME: 'bob',
      CHAT_PASSWORD: password,
      CHAT_DATA: join(folder, 'other'),
    };
    const lost = new Program('cli/cli.mjs', ['nobody.at.all'], env);
    expect(await lost.ended).toBe(1);
    expect(lost.text).toContain('There is nobody called nobody.at.all.');
  });
});
