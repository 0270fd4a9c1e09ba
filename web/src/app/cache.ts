import type { Channel, Message, User } from '@rookery/sdk';
import { everything, kv, type Table, transact } from './kv.ts';
import { onSignOut } from './stores.ts';

// What was last seen, for the time until the network answers: who one is, the conversations, and the newest messages of each that was
// looked at. The server's word replaces it; nothing here is ever more than a memory.

export interface CachedConversation {
  channel: Channel;
  readSeq: number;
  mentions: number;
  preview?: Message;
}

const kConversationsMax = 500;
const kTailsMax = 200;
export const kTailMessages = 50;
const kPause = 1000;
const kMe = 'me';

type Pending<T> = Map<string, T | undefined>; // undefined: to be deleted

const conversations: Pending<CachedConversation> = new Map();
const tails: Pending<() => readonly Message[]> = new Map();
let timer: ReturnType<typeof setTimeout> | undefined;
let readable = true; // until somebody signs out, whose memory this then is not

export const cache = {
  me: () => remembered(() => kv.get<User>(kMe)),
  keepMe: (user: User) => {
    readable = true;
    void kv.set(kMe, user).catch(() => undefined);
  },
  /** The one with the newest message first. */
  conversations: async (): Promise<CachedConversation[]> => {
    const all = (await remembered(() => everything<CachedConversation>('conversations'))) ?? [];
    all.sort((a, b) => activity(b.channel).localeCompare(activity(a.channel)));
    for (const { channel } of all.slice(kConversationsMax)) keep(conversations, channel.id, undefined);
    for (const { channel } of all.slice(kTailsMax)) keep(tails, channel.id, undefined);
    return all.slice(0, kConversationsMax);
  },
  keepConversation: (one: CachedConversation) => keep(conversations, one.channel.id, one),
  forgetConversation: (channel: string) => {
    keep(conversations, channel, undefined);
    keep(tails, channel, undefined);
  },
  /** The newest messages of a channel, as they were; ascending. */
  tail: async (channel: string): Promise<readonly Message[]> => {
    if (tails.has(channel)) return tails.get(channel)?.() ?? [];
    return (await remembered(() => get<Message[]>('tails', channel))) ?? [];
  },
  /** `messages` is asked for when it is written. */
  keepTail: (channel: string, messages: () => readonly Message[]) => keep(tails, channel, messages),
  forgetTail: (channel: string) => keep(tails, channel, undefined),
  /** With the end of this turn, and not after the pause: what is to be forgotten is not to outlive a crash. */
  writeSoon: () => queueMicrotask(write),
};

export function activity(channel: Channel): string {
  return channel.last_message_at ?? channel.created_at;
}

async function remembered<T>(read: () => Promise<T>): Promise<T | undefined> {
  const found = await read().catch(() => undefined);
  return readable ? found : undefined;
}

function keep<T>(pending: Pending<T>, channel: string, value: T | undefined): void {
  pending.set(channel, value);
  timer ??= setTimeout(write, kPause);
}

function write(): void {
  clearTimeout(timer);
  timer = undefined;
  if (conversations.size + tails.size === 0) return;
  const [ones, ends] = [new Map(conversations), new Map(tails)];
  conversations.clear();
  tails.clear();
  void transact(['conversations', 'tails'], 'readwrite', (table) => {
    for (const [id, one] of ones) {
      if (one) table('conversations').put(one, id);
      else table('conversations').delete(id);
    }
    for (const [id, messages] of ends) {
      if (messages) table('tails').put(messages(), id);
      else table('tails').delete(id);
    }
    return undefined;
  }).catch(() => undefined);
}

const get = <T>(name: Table, key: string) =>
  transact([name], 'readonly', (table) => table(name).get(key)) as Promise<T | undefined>;
addEventListener('pagehide', write);
document.addEventListener('visibilitychange', () => {
  if (document.visibilityState === 'hidden') write();
});

onSignOut(() => {
  readable = false;
  clearTimeout(timer);
  timer = undefined;
  conversations.clear();
  tails.clear();
});
