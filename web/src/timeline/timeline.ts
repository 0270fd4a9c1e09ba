import { type ReadonlySignal, type Signal, signal } from '@preact/signals';
import type { Message, ReactionChange } from '@rookery/sdk';
import { client } from '../app/client.ts';
import { openChannel } from '../app/route.ts';
import { onSignOut } from '../app/stores.ts';
import { remember } from '../people/people.ts';
import { me } from '../session/session.ts';

/** What the page holds of one channel: a stretch of its messages without a hole, ending at the newest. */
export interface Timeline {
  /** Ascending by seq. */
  messages: readonly Message[];
  loaded: boolean;
  /** Nothing lies before the first of `messages`. */
  atStart: boolean;
  loading: boolean;
  failed: boolean;
}

const kPage = 50;
const kNothing: Timeline = { messages: [], loaded: false, atStart: false, loading: false, failed: false };

interface Held {
  timeline: Signal<Timeline>;
  /** Messages that came before their predecessors, or while the first page was on its way; by seq. */
  ahead: Map<number, Message>;
}

const held = new Map<string, Held>();

function hold(channel: string): Held {
  let entry = held.get(channel);
  if (!entry) {
    entry = { timeline: signal(kNothing), ahead: new Map() };
    held.set(channel, entry);
  }
  return entry;
}

export function timelineOf(channel: string): ReadonlySignal<Timeline> {
  return hold(channel).timeline;
}

function set(entry: Held, part: Partial<Timeline>): void {
  entry.timeline.value = { ...entry.timeline.peek(), ...part };
}

/** Reads the newest page, unless it is there already. */
export async function loadNewest(channel: string): Promise<void> {
  const entry = hold(channel);
  const { loaded, loading } = entry.timeline.peek();
  if (loaded || loading) return;
  set(entry, { loading: true, failed: false });
  try {
    const page = await client.rest.messages(channel, { limit: kPage });
    if (held.get(channel) !== entry) return;
    remember(page.map((message) => message.author));
    set(entry, { messages: page.reverse(), loaded: true, atStart: page.length < kPage, loading: false });
    drain(entry);
  } catch {
    set(entry, { loading: false, failed: true });
  }
}

export async function loadOlder(channel: string): Promise<void> {
  const entry = hold(channel);
  const { loaded, loading, atStart, messages } = entry.timeline.peek();
  const first = messages[0];
  if (!loaded || loading || atStart || !first) return;
  set(entry, { loading: true, failed: false });
  try {
    const page = await client.rest.messages(channel, { before: first.id, limit: kPage });
    if (held.get(channel) !== entry) return;
    remember(page.map((message) => message.author));
    const older = page.reverse().filter((message) => message.seq < first.seq);
    const atStart = page.length < kPage || older[0]?.seq === 1;
    set(entry, { messages: [...older, ...entry.timeline.peek().messages], atStart, loading: false });
  } catch {
    set(entry, { loading: false, failed: true });
  }
}

/** Reads back until the message is there; false when it cannot be had. */
export async function loadUntil(channel: string, seq: number): Promise<boolean> {
  for (;;) {
    const { messages, atStart } = timelineOf(channel).peek();
    if ((messages[0]?.seq ?? Number.POSITIVE_INFINITY) <= seq) return true;
    const before = messages.length;
    if (atStart) return false;
    await loadOlder(channel);
    if (timelineOf(channel).peek().messages.length === before) return false;
  }
}

/** What it holds is no longer the end of the channel. */
function forget(channel: string): void {
  held.get(channel)?.ahead.clear();
  const entry = held.get(channel);
  if (!entry) return;
  if (channel !== openChannel.peek()) {
    held.delete(channel);
    return;
  }
  set(entry, { loaded: false });
  void loadNewest(channel);
}

function arrived(message: Message): void {
  const entry = held.get(message.channel_id);
  if (!entry) return;
  const { loaded, messages } = entry.timeline.peek();
  const newest = messages.at(-1)?.seq ?? 0;
  if (loaded && message.seq <= newest) {
    replace(message);
    return;
  }
  entry.ahead.set(message.seq, message);
  if (loaded) drain(entry);
}

function drain(entry: Held): void {
  const messages = [...entry.timeline.peek().messages];
  let newest = messages.at(-1)?.seq ?? 0;
  for (const seq of entry.ahead.keys()) if (seq <= newest) entry.ahead.delete(seq);
  for (let next = entry.ahead.get(newest + 1); next; next = entry.ahead.get(newest + 1)) {
    messages.push(next);
    entry.ahead.delete(++newest);
  }
  if (messages.length !== entry.timeline.peek().messages.length) set(entry, { messages });
}

function update(channel: string, id: string, edit: (message: Message) => Message): void {
  const entry = held.get(channel);
  if (!entry) return;
  const { messages } = entry.timeline.peek();
  const at = messages.findIndex((message) => message.id === id);
  if (at >= 0) set(entry, { messages: messages.with(at, edit(messages[at]!)) });
}

/** Events do not say which reactions are one's own; what is known of that stays. */
export function replace(message: Message): void {
  update(message.channel_id, message.id, (old) => {
    const mine = new Set(old.reactions.filter((one) => one.me).map((one) => one.emoji));
    const reactions = message.reactions.map((one) => (mine.has(one.emoji) ? { ...one, me: true } : one));
    return { ...message, reactions };
  });
}

function reacted(d: ReactionChange, added: boolean): void {
  update(d.channel_id, d.message_id, (message) => {
    const old = message.reactions.find((one) => one.emoji === d.emoji);
    const mine = d.user_id === me.peek()?.id ? added : old?.me;
    const next = { emoji: d.emoji, count: d.count, ...(mine ? { me: true } : {}) };
    if (d.count <= 0) return { ...message, reactions: message.reactions.filter((one) => one !== old) };
    const reactions = old ? message.reactions.map((one) => (one === old ? next : one)) : [...message.reactions, next];
    return { ...message, reactions };
  });
}

client.on('MESSAGE_CREATE', arrived);
client.on('sent', ({ message }) => arrived(message));
client.on('MESSAGE_UPDATE', (d) => replace(d.message));
client.on('MESSAGE_DELETE', (d) => replace(d.message));
client.on('MESSAGE_REACTION_ADD', (d) => reacted(d, true));
client.on('MESSAGE_REACTION_REMOVE', (d) => reacted(d, false));
client.on('reset', (d) => forget(d.channel_id));
client.on('CHANNEL_DELETE', (d) => held.delete(d.channel_id));
client.on('CHANNEL_MEMBER_REMOVE', (d) => {
  if (d.user_id === me.peek()?.id) held.delete(d.channel_id);
});
client.on('state', (state) => {
  const open = openChannel.peek();
  if (state.kind === 'online' && open && timelineOf(open).peek().failed) void loadNewest(open);
});

onSignOut(() => held.clear());
