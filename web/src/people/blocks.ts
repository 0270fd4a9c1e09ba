import { signal } from '@preact/signals';
import type { User } from '@rookery/sdk';
import { client } from '../app/client.ts';
import { onSignOut } from '../app/stores.ts';
import { remember } from './people.ts';

/** Whom this user has blocked; undefined until the server has said it. */
export const blocked = signal<ReadonlyMap<string, User> | undefined>(undefined);

export async function loadBlocks(): Promise<void> {
  const users = await client.rest.blocks();
  remember(users);
  blocked.value = new Map(users.map((user) => [user.id, user]));
}

export async function setBlocked(user: User, on: boolean): Promise<void> {
  await (on ? client.rest.block(user.id) : client.rest.unblock(user.id));
  const next = new Map(blocked.peek());
  if (on) next.set(user.id, user);
  else next.delete(user.id);
  blocked.value = next;
}

export const isBlocked = (user: string | undefined): boolean =>
  user !== undefined && (blocked.value?.has(user) ?? false);

client.on('READY', () => void loadBlocks().catch(() => undefined)); // the next connection asks again

onSignOut(() => {
  blocked.value = undefined;
});
