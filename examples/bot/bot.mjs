import { Client } from '@rookery/sdk';
import { FileStore, openSocket } from '@rookery/sdk/node';

const {
  ROOKERY: server = 'http://localhost:8080',
  BOT_NAME = '',
  BOT_PASSWORD = '',
  BOT_DATA = 'bot-data',
} = process.env;
const device = { id: 'bot', kind: /** @type {const} */ ('desktop'), name: 'Example bot' };
const client = new Client({ server, device, store: new FileStore(BOT_DATA), openSocket });

if (!(await client.hasLogin())) await client.login(BOT_NAME, BOT_PASSWORD);
const messages = client.messages();
await client.start();
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => client.close());

for await (const { author, channel_id, content, id } of messages) {
  if (author.id === client.user?.id) continue;
  if (content === '!ping') client.outbox.add(channel_id, 'pong', id);
  if (content === '!dice') client.outbox.add(channel_id, `🎲 ${1 + Math.floor(Math.random() * 6)}`, id);
  if (content.startsWith('!echo ')) client.outbox.add(channel_id, content.slice(6), id);
}
