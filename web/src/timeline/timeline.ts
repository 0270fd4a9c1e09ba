import { type ReadonlySignal, type Signal, signal } from '@preact/signals';
import type { Message, ReactionChange } from '@rookery/sdk';
import { cache, kTailMessages } from '../app/cache.ts';
import { client } from '../app/client.ts';
import { openChannel } from '../app/route.ts';
import { onSignOut } from '../app/stores.ts';
import { remember } from '../people/people.ts';
import { me } from '../session/session.ts';
import { kHeldMax, trimmed } from './window.ts';

/** What the page holds of one channel: a stretch of its messages without a hole. */
export interface Timeline {
  /** Ascending by seq, each one more than the one before. */
  messages: readonly Message[];
  loaded: boolean;
  /** Nothing lies before the first of `messages`. */
  atStart: boolean;
  /** Nothing lies behind the last of them. */
  atEnd: boolean;
  /** The seq of the channel's newest message, as far as this store was told. */
  head: number;
  loading: boolean;
  failed: boolean;
  /** What is held is of an earlier visit. */
  remembered: boolean;
}

const kPage = 100;
const kFirstPage = 50;
const kAheadMax = 200;
const kChannelsMax = 20; // channels held beside the open one

const kNothing: Timeline = {
  messages: [],
  loaded: false,
  atStart: false,
  atEnd: false,
  head: 0,
  loading: false,
  failed: false,
  remembered: false,
};

interface Held {
  timeline: Signal<Timeline>;
  /** Messages behind what is held, by seq: they came while it was read, or while an older stretch is looked at. */
  ahead: Map<number, Message>;
  /** Changes that came while a page was on its way, which may be older than they are. */
  late: (() => void)[];
  /** What is looked at, from seq to seq: it is not let go. */
  seen: { from: number; to: number } | undefined;
  /** Counts the stretches that replaced another, so that an answer for an older one is recognised. */
  turn: number;
}

/** The one used last stands last. */
const held = new Map<string, Held>();

function hold(channel: string): Held {
  let entry = held.get(channel);
  if (!entry) {
    entry = { timeline: signal(kNothing), ahead: new Map(), late: [], seen: undefined, turn: 0 };
    held.set(channel, entry);
  }
  return entry;
}

export function timelineOf(channel: string): ReadonlySignal<Timeline> {
  return hold(channel).timeline;
}

function set(entry: Held, part: Partial<Timeline>): void {
  const old = entry.timeline.peek();
  const now = { ...old, ...part };
  entry.timeline.value = now;
  const [newest] = now.messages.slice(-1);
  if (!newest || now.remembered || now.messages === old.messages || !now.atEnd) return;
  cache.keepTail(newest.channel_id, () => entry.timeline.peek().messages.slice(-kTailMessages));
}

/** Has the newest messages, or those from `seq` on of so many, unless they are there already. */
export async function openTimeline(channel: string, seq?: number, head = 0): Promise<void> {
  const entry = hold(channel);
  held.delete(channel);
  held.set(channel, entry);
  for (const id of [...held.keys()].slice(0, -kChannelsMax)) if (id !== openChannel.peek()) held.delete(id);
  const { loaded } = entry.timeline.peek();
  if (!loaded) await recallTimeline(channel, seq, head);
  const { atEnd, remembered } = entry.timeline.peek();
  if (seq === undefined) {
    if (!loaded || !atEnd || remembered) await loadNewest(channel);
  } else {
    await (remembered && isHeld(channel, seq, 1) ? refresh(channel, entry) : showAround(channel, seq));
    if (!entry.timeline.peek().loaded) await recallTimeline(channel);
  }
}

/** Shows what an earlier visit left, until the server answers, if that leads up to `seq`. Answers whether anything is shown. */
export async function recallTimeline(channel: string, seq?: number, head = 0): Promise<boolean> {
  const entry = hold(channel);
  const { turn } = entry;
  const messages = await cache.tail(channel);
  const [first, last] = [messages[0]?.seq, messages.at(-1)?.seq];
  if (first === undefined || held.get(channel) !== entry || entry.turn !== turn) return false;
  if (seq !== undefined && (seq < first || seq > last! + 1)) return false;
  remember(messages.map((message) => message.author));
  set(entry, { remembered: true, head });
  put(entry, messages, { loaded: true });
  return true;
}

/** Reads what an earlier visit left again, with what stands behind it: nothing of it moves. */
async function refresh(channel: string, entry: Held): Promise<void> {
  const after = (entry.timeline.peek().messages[0]?.seq ?? 1) - 1;
  await load(channel, entry, true, async () => {
    const page = await client.rest.messages(channel, { after_seq: after, limit: kPage });
    const last = page.at(-1)?.seq ?? 0;
    if (page.length === kPage) set(entry, { head: Math.max(entry.timeline.peek().head, last + 1) }); // there may be more
    return page;
  });
}

/** Reads the newest page in the place of what is held. */
export async function loadNewest(channel: string): Promise<void> {
  const entry = hold(channel);
  await load(channel, entry, true, async () => {
    const page = await client.rest.messages(channel, { limit: kFirstPage });
    return page.reverse();
  });
}

/** Reads the stretch around `seq` in the place of what is held, unless it is in it. */
export async function showAround(channel: string, seq: number): Promise<void> {
  const entry = hold(channel);
  if (isHeld(channel, seq)) return;
  const after = Math.max(0, seq - 1 - kPage / 2);
  await load(channel, entry, true, () => client.rest.messages(channel, { after_seq: after, limit: kPage }));
}

export async function loadOlder(channel: string): Promise<void> {
  const entry = hold(channel);
  const { loaded, loading, atStart, messages } = entry.timeline.peek();
  const first = messages[0]?.seq;
  if (!loaded || loading || atStart || first === undefined) return;
  const after = Math.max(0, first - 1 - kPage);
  await load(channel, entry, false, async () => {
    const page = await client.rest.messages(channel, { after_seq: after, limit: first - 1 - after });
    return [...page, ...entry.timeline.peek().messages];
  });
}

export async function loadNewer(channel: string): Promise<void> {
  const entry = hold(channel);
  const { loaded, loading, atEnd, messages } = entry.timeline.peek();
  const last = messages.at(-1)?.seq;
  if (!loaded || loading || atEnd || last === undefined) return;
  await load(channel, entry, false, async () => {
    const page = await client.rest.messages(channel, { after_seq: last, limit: kPage });
    const { messages } = entry.timeline.peek();
    const newest = messages.at(-1)?.seq ?? 0;
    return [...messages, ...page.filter((message) => message.seq > newest)];
  });
}

/** Somebody else was told of newer messages than this store: there is more to read. */
export function raiseHead(channel: string, head: number): void {
  const entry = hold(channel);
  const now = entry.timeline.peek();
  if (head > now.head) set(entry, { head, atEnd: false });
}

/** What is looked at stays held, with some room on both sides. */
export function keepInSight(channel: string, from: number, to: number): void {
  const entry = held.get(channel);
  if (entry) entry.seen = { from, to };
}

/** Nobody looks at it any more: the newest page is enough, in case that he comes back. */
export function leaveTimeline(channel: string): void {
  const entry = held.get(channel);
  if (!entry) return;
  entry.seen = undefined;
  const { messages, atEnd, loaded } = entry.timeline.peek();
  if (!loaded || !atEnd) held.delete(channel);
  else if (messages.length > kFirstPage) set(entry, { messages: messages.slice(-kFirstPage), atStart: false });
}

/** `beyond`: so many more after the last of them. */
export function isHeld(channel: string, seq: number, beyond = 0): boolean {
  const { loaded, messages } = timelineOf(channel).peek();
  return loaded && messages.length > 0 && messages[0]!.seq <= seq && seq <= messages.at(-1)!.seq + beyond;
}

async function load(channel: string, entry: Held, anew: boolean, read: () => Promise<Message[]>): Promise<void> {
  if (anew) entry.turn++;
  const { turn } = entry;
  const current = () => held.get(channel) === entry && entry.turn === turn;
  set(entry, { loading: true, failed: false });
  try {
    const messages = await read();
    if (!current()) return;
    remember(messages.map((message) => message.author));
    if (messages.length === entry.timeline.peek().messages.length && !anew) {
      set(entry, { head: messages.at(-1)?.seq ?? 0, atEnd: true }); // there is no more, whoever said so
    }
    put(entry, messages, { loaded: true, loading: false, remembered: false });
    for (const change of entry.late.splice(0)) change();
  } catch {
    if (current()) set(entry, { loading: false, failed: !entry.timeline.peek().remembered });
  }
}

/** Takes `messages` for what is held, with what came ahead of them behind them. */
function put(entry: Held, messages: readonly Message[], part: Partial<Timeline> = {}): void {
  const whole = [...messages];
  let last = whole.at(-1)?.seq ?? 0;
  for (let next = entry.ahead.get(last + 1); next; next = entry.ahead.get(last + 1)) {
    whole.push(next);
    last++;
  }
  for (const seq of entry.ahead.keys()) if (seq <= last) entry.ahead.delete(seq);
  const kept = trimmed(whole, entry.seen);
  last = kept.at(-1)?.seq ?? 0;
  const head = Math.max(entry.timeline.peek().head, last);
  set(entry, { ...part, messages: kept, head, atStart: (kept[0]?.seq ?? 1) === 1, atEnd: last === head });
}

/** What it holds may be out of date: read again, where the reader is. */
function forget(channel: string): void {
  const entry = held.get(channel);
  if (!entry) return;
  if (channel !== openChannel.peek()) {
    held.delete(channel);
    return;
  }
  entry.ahead.clear();
  if (entry.timeline.peek().atEnd || !entry.seen) {
    void loadNewest(channel);
    return;
  }
  const middle = Math.round((entry.seen.from + entry.seen.to) / 2);
  const after = Math.max(0, middle - kPage / 2);
  void load(channel, entry, true, () => client.rest.messages(channel, { after_seq: after, limit: kPage }));
}

function arrived(message: Message): void {
  const entry = held.get(message.channel_id);
  if (!entry) return;
  const { loaded, loading, messages, head, atEnd, remembered } = entry.timeline.peek();
  const last = messages.at(-1)?.seq ?? 0;
  if (loaded && message.seq <= last) {
    replace(message);
    return;
  }
  if (entry.ahead.size >= kAheadMax) entry.ahead.delete(entry.ahead.keys().next().value!);
  entry.ahead.set(message.seq, message);
  const full = messages.length >= kHeldMax && trimmed([...messages, message], entry.seen).at(-1) !== message;
  if (loaded && !loading && !remembered && message.seq === last + 1 && !full) put(entry, messages);
  else set(entry, { head: Math.max(head, message.seq), atEnd: atEnd && message.seq <= last });
}

function update(channel: string, id: string, edit: (message: Message) => Message): void {
  const entry = held.get(channel);
  if (!entry?.timeline.peek().atEnd) cache.forgetTail(channel); // what is kept of it is not what is held
  if (!entry) return;
  const { messages, loading } = entry.timeline.peek();
  const change = () => {
    const { messages } = entry.timeline.peek();
    const at = messages.findIndex((message) => message.id === id);
    if (at >= 0) set(entry, { messages: messages.with(at, edit(messages[at]!)) });
  };
  for (const [seq, message] of entry.ahead) if (message.id === id) entry.ahead.set(seq, edit(message));
  if (messages.length > 0) change();
  if (loading) entry.late.push(change);
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
client.on('MESSAGE_DELETE', (d) => {
  replace(d.message);
  cache.writeSoon();
});
client.on('MESSAGE_REACTION_ADD', (d) => reacted(d, true));
client.on('MESSAGE_REACTION_REMOVE', (d) => reacted(d, false));
client.on('reset', (d) => {
  cache.forgetTail(d.channel_id);
  forget(d.channel_id);
});
client.on('CHANNEL_DELETE', (d) => held.delete(d.channel_id));
client.on('CHANNEL_MEMBER_REMOVE', (d) => {
  if (d.user_id === me.peek()?.id) held.delete(d.channel_id);
});
client.on('state', (state) => {
  const open = openChannel.peek();
  if (state.kind !== 'online' || !open) return;
  const entry = hold(open);
  const { failed, loaded } = entry.timeline.peek();
  if (failed && !loaded) void loadNewest(open);
  else if (failed) set(entry, { failed: false });
});

onSignOut(() => held.clear());
