import { signal } from '@preact/signals';
import type { Message } from '@rookery/sdk';
import { client } from '../app/client.ts';
import { onSignOut } from '../app/stores.ts';
import { remember } from '../people/people.ts';

const kKept = 200;

/** Messages that are quoted and stand outside of what is held of their channel, by id. */
export const originals = signal<ReadonlyMap<string, Message>>(new Map());

const asking = new Set<string>();

export function fetchOriginal(channel: string, id: string): void {
  if (asking.has(id) || originals.peek().has(id)) return;
  asking.add(id);
  client.rest
    .message(channel, id)
    .then((message) => {
      remember([message.author]);
      originals.value = new Map([...originals.peek(), [id, message] as const].slice(-kKept));
    })
    .catch(() => undefined) // the quote says less
    .finally(() => asking.delete(id));
}

/** What is quoted is shown as it now is. */
function changed(message: Message): void {
  if (originals.peek().has(message.id)) originals.value = new Map(originals.peek()).set(message.id, message);
}

client.on('MESSAGE_UPDATE', (d) => changed(d.message));
client.on('MESSAGE_DELETE', (d) => changed(d.message));

onSignOut(() => {
  originals.value = new Map();
});
