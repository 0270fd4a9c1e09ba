// A terminal client: talk with one person. Lines that are typed are sent, what is written to you is printed.

import { createInterface } from 'node:readline';
import { Client } from '@rookery/sdk';
import { FileStore, openSocket } from '@rookery/sdk/node';

const { ROOKERY = 'http://localhost:8080', CHAT_NAME = '', CHAT_PASSWORD = '', CHAT_DATA = 'cli-data' } = process.env;
const [who] = process.argv.slice(2);
if (!who) {
  console.error('usage: node cli.mjs USERNAME');
  process.exit(2);
}

const device = { id: 'cli', kind: /** @type {const} */ ('desktop'), name: 'Terminal' };
const client = new Client({ server: ROOKERY, device, store: new FileStore(CHAT_DATA), openSocket });
if (!(await client.hasLogin())) await client.login(CHAT_NAME, CHAT_PASSWORD);

const person = (await client.rest.findUsers(who)).find((user) => user.username === who.toLowerCase());
if (!person) {
  console.error(`There is nobody called ${who}.`);
  process.exit(1);
}
const { id: channel, last_seq } = await client.rest.openChannel({ recipients: [person.id] });

/** @param {import('@rookery/sdk').Message} message */
const print = ({ seq, author, content, created_at }) => {
  shown = Math.max(shown, seq);
  // Control characters of others stay theirs: a terminal would obey them.
  const text = content.replace(/\p{Cc}/gu, (c) => (c === '\n' ? '\n    ' : '�'));
  console.log(`${created_at.slice(11, 16)} ${author.id === client.user?.id ? 'you' : author.username}: ${text}`);
};
let shown = 0;
const messages = client.messages({ channel });
await client.start();
for (const message of last_seq > 0 ? (await client.rest.messages(channel, { limit: 20 })).reverse() : [])
  print(message);
client.on('state', ({ kind }) => kind === 'waiting' && console.log('(no connection; what you type is sent later)'));

const lines = createInterface({ input: process.stdin });
lines.on('line', (line) => line.trim() && client.outbox.add(channel, line));
lines.on('close', async () => {
  while (client.outbox.entries.some((entry) => !entry.failed)) await client.once('outbox');
  await client.close();
});
client.on('outbox', (entries) => {
  for (const { nonce, failed, content } of entries) {
    if (!failed) continue;
    console.log(`(not sent: ${failed.message} ${content})`);
    client.outbox.discard(nonce);
  }
});
for await (const message of messages) if (message.seq > shown) print(message);
