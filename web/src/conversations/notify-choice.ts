import { signal } from '@preact/signals';
import type { ChannelSettings, Message, RequestOptions } from '@rookery/sdk';
import { client } from '../app/client.ts';
import { kv } from '../app/kv.ts';
import { onSignOut } from '../app/stores.ts';
import { minute } from '../people/people.ts';
import { me } from '../session/session.ts';

// What one wants to hear of a conversation. The server keeps it, and tells it when it is asked for one conversation; this browser remembers
// what it was told. It asks when something of that conversation would be announced, once with each session: what was chosen elsewhere is
// known in time, and a start costs nothing.

const kKey = 'channel-settings';
const kPlain: ChannelSettings = { notify: 'all' };
const kOld = 5 * 60_000; // what is older is caught up on, not news
const kInTime = { deadline: 3000, longestWait: 0 }; // news does not wait longer for an answer

const chosen = signal<ReadonlyMap<string, ChannelSettings>>(new Map());
const asked = new Map<string, Promise<void>>(); // by channel, since the last READY
const others = new BroadcastChannel('rookery-choices');

void kv
  .get<[string, ChannelSettings][]>(kKey)
  .then((stored) => {
    const unasked = stored?.filter(([channel]) => !asked.has(channel)) ?? [];
    chosen.value = new Map([...unasked, ...chosen.peek()]);
  })
  .catch(() => undefined);

others.onmessage = ({ data }: MessageEvent<[string, ChannelSettings]>) => take(...data);

/** As another tab, or the server, says it. */
function take(channel: string, settings: ChannelSettings): void {
  asked.set(channel, Promise.resolve());
  const next = new Map(chosen.peek());
  if (settings.notify === 'all' && !settings.muted_until) next.delete(channel);
  else next.set(channel, settings);
  chosen.value = next;
}

function put(channel: string, settings: ChannelSettings): void {
  take(channel, settings);
  others.postMessage([channel, settings]);
  void kv.set(kKey, [...chosen.peek()]).catch(() => undefined);
}

export async function loadNotifyChoice(channel: string, options: RequestOptions = {}): Promise<void> {
  put(channel, await client.rest.channelSettings(channel, options));
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

/** Whether it is young enough to be announced. */
export const isNews = (message: Message): boolean => Date.now() - Date.parse(message.created_at) <= kOld;

/** Whether this message is to be announced, as far as its conversation goes. The server is asked where it was not, and the message is news. */
export async function isWanted(message: Message): Promise<boolean> {
  const { channel_id: channel } = message;
  if (isNews(message)) {
    if (!asked.has(channel)) asked.set(channel, loadNotifyChoice(channel, kInTime));
    await asked.get(channel)?.catch(() => asked.delete(channel)); // without an answer, what is remembered
  }
  const { notify } = notifyChoiceOf(channel);
  if (notify === 'none' || mutedUntil(channel)) return false;
  if (notify === 'all') return true;
  return message.mention_everyone || message.mentions.includes(me.peek()?.id ?? '');
}

client.on('READY', () => asked.clear());

onSignOut(() => {
  asked.clear();
  chosen.value = new Map();
});
