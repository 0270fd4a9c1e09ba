import { signal } from '@preact/signals';
import { client } from '../app/client.ts';
import { onSignOut } from '../app/stores.ts';
import { t } from '../i18n/index.ts';
import { nameOfId } from '../people/people.ts';
import { me } from '../session/session.ts';

const kHolds = 10_000;

/** channel → user → the timer that ends it */
const typing = signal<ReadonlyMap<string, ReadonlyMap<string, ReturnType<typeof setTimeout>>>>(new Map());

export function typingIn(channel: string): string[] {
  return [...(typing.value.get(channel)?.keys() ?? [])];
}

export function typingText(users: string[]): string {
  const [first, second] = users.map(nameOfId);
  if (users.length > 2) return t.typingMany;
  return second ? t.typingTwo(first!, second) : t.typingOne(first!);
}

function set(channel: string, user: string, timer: ReturnType<typeof setTimeout> | undefined): void {
  const users = new Map(typing.peek().get(channel));
  clearTimeout(users.get(user));
  if (timer === undefined && !users.delete(user)) return;
  if (timer !== undefined) users.set(user, timer);
  typing.value = new Map(typing.peek()).set(channel, users);
}

client.on('TYPING_START', (d) => {
  if (d.user_id === me.peek()?.id) return;
  set(
    d.channel_id,
    d.user_id,
    setTimeout(() => set(d.channel_id, d.user_id, undefined), kHolds),
  );
});
client.on('MESSAGE_CREATE', (message) => set(message.channel_id, message.author.id, undefined));

onSignOut(() => {
  typing.value = new Map();
});
