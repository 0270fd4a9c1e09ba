import { computed, effect, signal } from '@preact/signals';
import type { Presence, User } from '@rookery/sdk';
import { client } from '../app/client.ts';
import { onSignOut } from '../app/stores.ts';
import { t } from '../i18n/index.ts';
import { connection, me } from '../session/session.ts';

/** Everybody the page has heard of. */
export const people = signal<ReadonlyMap<string, User>>(new Map());
export const presences = signal<ReadonlyMap<string, Presence>>(new Map());
/** Whose presence is on the screen; the stores that show people write it. */
export const watched = signal<ReadonlySet<string>>(new Set());
/** The large channels that are looked at. */
export const watchedChannels = signal<readonly string[]>([]);
/** Ticks once a minute, so that "5 minutes ago" grows. */
export const minute = signal(Date.now());

setInterval(() => {
  minute.value = Date.now();
}, 60_000);

export function remember(users: readonly User[]): void {
  const known = people.peek();
  const news = users.filter((user) => !same(known.get(user.id), user));
  if (news.length === 0) return;
  const next = new Map(known);
  for (const user of news) next.set(user.id, user);
  people.value = next;
}

function same(a: User | undefined, b: User): boolean {
  return a !== undefined && a.username === b.username && a.display_name === b.display_name && a.avatar === b.avatar;
}

export function nameOf(user: User | undefined): string {
  if (!user || user.username === 'deleted') return t.deletedUser;
  return user.display_name || user.username;
}

export function nameOfId(id: string | undefined): string {
  return nameOf(id === undefined ? undefined : people.value.get(id));
}

const kUsersMax = 500;
const kChannelsMax = 100;
const watching = computed(() => [...watched.value].filter((id) => id !== me.value?.id).slice(0, kUsersMax));
let lastSaid = '';

effect(() => {
  if (connection.value.kind !== 'online') {
    lastSaid = ''; // said again with the next connection
    return;
  }
  const channels = watchedChannels.value.slice(0, kChannelsMax);
  const said = `${channels.join()}|${watching.value.join()}`;
  if (said === lastSaid) return;
  lastSaid = said;
  client.gateway.subscribe(channels, watching.value);
});

client.on('PRESENCE_UPDATE', (presence) => {
  presences.value = new Map(presences.peek()).set(presence.user_id, presence);
});

client.on('USER_UPDATE', (user) => remember([user]));
client.on('READY', (d) => remember([d.user, ...d.channels.flatMap((channel) => channel.recipients ?? [])]));
client.on('CHANNEL_CREATE', (channel) => remember(channel.recipients ?? []));
client.on('CHANNEL_MEMBER_ADD', (d) => remember([d.user]));
client.on('MESSAGE_CREATE', (message) => remember([message.author]));

onSignOut(() => {
  people.value = new Map();
  presences.value = new Map();
  watched.value = new Set();
  watchedChannels.value = [];
});
