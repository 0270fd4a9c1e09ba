import { signal } from '@preact/signals';
import type { ChannelSettings, Message } from '@rookery/sdk';
import { client } from '../app/client.ts';
import { kv } from '../app/kv.ts';
import { onSignOut } from '../app/stores.ts';
import { minute } from '../people/people.ts';
import { me } from '../session/session.ts';

// What one wants to hear of a conversation. The server keeps it; this browser remembers what it was told, so that the list is right
// before it has asked.

const kKey = 'channel-settings';
const kPlain: ChannelSettings = { notify: 'all' };

const chosen = signal<ReadonlyMap<string, ChannelSettings>>(new Map());

void kv
  .get<[string, ChannelSettings][]>(kKey)
  .then((stored) => {
    if (stored) chosen.value = new Map([...stored, ...chosen.peek()]);
  })
  .catch(() => undefined);

function put(channel: string, settings: ChannelSettings): void {
  const next = new Map(chosen.peek());
  if (settings.notify === 'all' && !settings.muted_until) next.delete(channel);
  else next.set(channel, settings);
  chosen.value = next;
  void kv.set(kKey, [...next]).catch(() => undefined);
}

export async function loadNotifyChoice(channel: string): Promise<void> {
  put(channel, await client.rest.channelSettings(channel));
}

export async function setNotifyChoice(channel: string, settings: ChannelSettings): Promise<void> {
  await client.rest.putChannelSettings(channel, settings);
  put(channel, settings);
}

export const notifyChoiceOf = (channel: string): ChannelSettings => chosen.value.get(channel) ?? kPlain;

/** Until when nothing is said of this conversation, if that time has not passed. */
export function mutedUntil(channel: string): Date | undefined {
  const until = notifyChoiceOf(channel).muted_until;
  const at = until ? new Date(until) : undefined;
  return at && at.getTime() > Math.max(minute.value, Date.now()) ? at : undefined;
}

/** Whether unread messages of this conversation are shown without pressing. */
export const isQuiet = (channel: string): boolean =>
  notifyChoiceOf(channel).notify !== 'all' || mutedUntil(channel) !== undefined;

/** Whether this message is to be announced, as far as its conversation goes. */
export function isWanted(message: Message): boolean {
  const { notify } = notifyChoiceOf(message.channel_id);
  if (notify === 'none' || mutedUntil(message.channel_id)) return false;
  if (notify === 'all') return true;
  return message.mention_everyone || message.mentions.includes(me.peek()?.id ?? '');
}

onSignOut(() => {
  chosen.value = new Map();
});
