import { signal } from '@preact/signals';
import type { OutboxEntry } from '@rookery/sdk';
import { client } from '../app/client.ts';

/** Messages written here that the server has not answered yet. */
export const unsent = signal<readonly OutboxEntry[]>([]);

client.on('outbox', (entries) => {
  unsent.value = entries;
});
