import { computed, effect, signal } from '@preact/signals';
import { ApiError, type Channel, type ChannelWithReadState, type Cursors, type Message } from '@rookery/sdk';
import { activity, cache } from '../app/cache.ts';
import { client } from '../app/client.ts';
import { goTo, openChannel } from '../app/route.ts';
import { onRecall, onSignOut } from '../app/stores.ts';
import { t } from '../i18n/index.ts';
import { nameOf, people, remember, watched } from '../people/people.ts';
import { me } from '../session/session.ts';
import { toast } from '../ui/toast.tsx';
import { isQuiet } from './notify-choice.ts';
import { sayRead } from './reads.ts';

export interface Conversation {
  channel: Channel;
  /** How far this user has read, as far as this page knows. */
  readSeq: number;
  mentions: number;
  /** How far the others are, as far as it was asked or told. */
  receipts: ReadonlyMap<string, Cursors>;
  /** The newest message, where it is known. */
  preview?: Message;
  /** From an earlier visit; the server has not spoken yet. */
  remembered?: true;
}

export const conversations = signal<ReadonlyMap<string, Conversation>>(new Map());
let kept = conversations.peek(); // what the cache was told last

export const byActivity = computed(() =>
  [...conversations.value.values()].sort((a, b) =>
    activity(a.channel) < activity(b.channel) ? 1 : activity(a.channel) > activity(b.channel) ? -1 : 0,
  ),
);

export const openConversation = computed(() => conversations.value.get(openChannel.value ?? ''));

export const unreadTotal = computed(() =>
  [...conversations.value.values()].reduce(
    (sum, one) => sum + (isQuiet(one.channel.id) ? one.mentions : unreadOf(one)),
    0,
  ),
);

const kWatched = 100; // people in the list whose presence is asked for

// Presence is asked for whoever stands in the list or in the open conversation.
effect(() => {
  const partners = byActivity.value.slice(0, kWatched).map((one) => partnerOf(one.channel));
  const members = (openConversation.value?.channel.recipients ?? []).map((user) => user.id);
  watched.value = new Set([...members, ...partners].filter((id) => id !== undefined));
});

export function unreadOf(conversation: Conversation): number {
  return Math.max(0, conversation.channel.last_seq - conversation.readSeq);
}

/** The other person of a direct conversation. */
export function partnerOf(channel: Channel): string | undefined {
  if (channel.type !== 'direct') return undefined;
  return channel.recipients?.find((user) => user.id !== me.value?.id)?.id;
}

export function titleOf(channel: Channel): string {
  const others = (channel.recipients ?? []).filter((user) => user.id !== me.value?.id);
  const names = others.map((user) => nameOf(people.value.get(user.id) ?? user));
  if (channel.type === 'direct') return names[0] ?? t.deletedUser;
  return channel.name || names.join(', ') || t.unnamedGroup;
}

const kLarge = 50;
export const isLarge = (channel: Channel): boolean => channel.member_count >= kLarge;

function change(id: string, edit: (conversation: Conversation) => Conversation): void {
  const current = conversations.peek().get(id);
  if (current) conversations.value = new Map(conversations.peek()).set(id, edit(current));
}

/** Takes channels as the server gave them. What this page knows better (it read on while offline) stays. */
function putChannels(channels: readonly ChannelWithReadState[]): void {
  remember(channels.flatMap((channel) => channel.recipients ?? []));
  const all = new Map(conversations.peek());
  for (const channel of channels) all.set(channel.id, merged(channel, all.get(channel.id)));
  conversations.value = all;
}

export function putChannel(channel: ChannelWithReadState): void {
  putChannels([channel]);
}

function merged(channel: ChannelWithReadState, old: Conversation | undefined): Conversation {
  const { read_state: state, ...plain } = channel;
  const next: Conversation = {
    channel: plain,
    readSeq: old?.remembered ? state.read_seq : Math.max(old?.readSeq ?? 0, state.read_seq),
    mentions: state.mention_count,
    receipts: old?.receipts ?? new Map(),
  };
  const changed = old?.remembered && old.channel.rev !== plain.rev;
  if (changed) cache.forgetTail(plain.id); // it may hold what is deleted by now
  if (old && !old.remembered && old.channel.last_seq > plain.last_seq) {
    next.channel = { ...plain, last_seq: old.channel.last_seq, last_message_id: old.channel.last_message_id };
    next.channel.last_message_at = old.channel.last_message_at;
  }
  if (!changed && old?.preview && old.preview.seq === next.channel.last_seq) next.preview = old.preview;
  return next;
}

/** Shows the conversations of the last visit, until the server says what has become of them. */
async function recall(): Promise<void> {
  const found = await cache.conversations();
  if (found.length === 0 || conversations.peek().size > 0) return;
  remember(found.flatMap(({ channel }) => channel.recipients ?? []));
  conversations.value = new Map(
    found.map((one) => [one.channel.id, { ...one, receipts: new Map(), remembered: true as const }]),
  );
}

conversations.subscribe((now) => {
  for (const [id, one] of now) {
    if (kept.get(id) === one || one.remembered) continue;
    const { channel, readSeq, mentions, preview } = one;
    cache.keepConversation({ channel, readSeq, mentions, ...(preview ? { preview } : {}) });
  }
  for (const id of kept.keys()) if (!now.has(id)) cache.forgetConversation(id);
  kept = now;
});

function drop(id: string): void {
  const next = new Map(conversations.peek());
  next.delete(id);
  conversations.value = next;
  cache.writeSoon();
  if (openChannel.peek() === id) goTo(undefined, true);
}

const asking = new Set<string>();

/** A channel that something was heard of and that READY did not name. */
function ask(id: string): void {
  if (asking.has(id)) return;
  asking.add(id);
  void client.rest
    .channel(id)
    .then((channel) => {
      putChannel(channel);
      client.track(channel);
      fillPreviews();
    })
    .catch(() => undefined) // not ours, or the next event asks again
    .finally(() => asking.delete(id));
}

/** Opens the one conversation with somebody. */
export async function openDirect(user: string): Promise<void> {
  adopt(await client.rest.openChannel({ recipients: [user] }));
}

export async function createGroup(recipients: string[], name: string): Promise<void> {
  const named = name.trim() ? { name: name.trim() } : {};
  adopt(await client.rest.openChannel({ recipients, type: 'group', ...named }));
}

function adopt(channel: ChannelWithReadState): void {
  putChannel(channel);
  client.track(channel);
  goTo(channel.id);
}

/** Read up to `seq`, said to the server now or with the next connection. */
export function markRead(id: string, seq: number): void {
  const conversation = conversations.peek().get(id);
  if (!conversation || seq <= conversation.readSeq) return;
  const mentions = seq >= conversation.channel.last_seq ? 0 : conversation.mentions;
  change(id, (one) => ({ ...one, readSeq: seq, mentions }));
  sayRead(id, seq);
}

/** Another tab read so far. */
function readElsewhere(id: string, seq: number): void {
  change(id, (one) => ({
    ...one,
    readSeq: Math.max(one.readSeq, seq),
    mentions: seq >= one.channel.last_seq ? 0 : one.mentions,
  }));
}

/** Asks how far the others are; live receipts keep it right from there on. */
export async function loadReceipts(id: string): Promise<void> {
  const conversation = conversations.peek().get(id);
  if (!conversation || isLarge(conversation.channel)) return;
  try {
    mergeReceipts(id, Object.entries(await client.rest.receipts(id)));
  } catch (error) {
    if (!(error instanceof ApiError)) return; // offline: asked again with the next connection
  }
}

function mergeReceipts(id: string, receipts: [string, Cursors][]): void {
  change(id, (one) => {
    const next = new Map(one.receipts);
    for (const [user, cursors] of receipts) {
      const old = next.get(user) ?? { delivered_seq: 0, read_seq: 0 };
      next.set(user, {
        delivered_seq: Math.max(old.delivered_seq, cursors.delivered_seq),
        read_seq: Math.max(old.read_seq, cursors.read_seq),
      });
    }
    return { ...one, receipts: next };
  });
}

export type Tick = 'sent' | 'delivered' | 'read';

/** How far one's own message has come: as far as the last of the others. */
export function tickOf(conversation: Conversation, seq: number): Tick {
  const others = (conversation.channel.recipients ?? []).filter((user) => user.id !== me.value?.id);
  if (others.length === 0) return 'sent';
  const cursors = others.map((user) => conversation.receipts.get(user.id) ?? { delivered_seq: 0, read_seq: 0 });
  if (cursors.every((one) => one.read_seq >= seq)) return 'read';
  return cursors.every((one) => one.delivered_seq >= seq) ? 'delivered' : 'sent';
}

const kPreviews = 30;
let filling = false;

/** Reads the last message of the conversations on top of the list, one after the other. */
async function fillPreviews(): Promise<void> {
  if (filling) return;
  filling = true;
  try {
    for (const { channel, preview, receipts } of byActivity.peek().slice(0, kPreviews)) {
      if (channel.last_seq === 0) continue;
      const message = preview ?? (await client.rest.messages(channel.id, { limit: 1 }))[0];
      if (!message) continue;
      if (!preview) change(channel.id, (one) => (isNewer(one, message) ? { ...one, preview: message } : one));
      // Its ticks stand in the row.
      if (message.author.id === me.peek()?.id && receipts.size === 0) await loadReceipts(channel.id);
    }
  } catch {
    // Without a preview the row says less; the next READY tries again.
  } finally {
    filling = false;
  }
}

function isNewer(conversation: Conversation, message: Message): boolean {
  return message.seq >= conversation.channel.last_seq;
}

const kCounted = 200;
const counted = new Set<string>(); // messages whose mention was counted: a live one may be told twice

function countsAsMention(message: Message): boolean {
  const self = me.peek()?.id ?? '';
  if (message.author.id === self || counted.has(message.id)) return false;
  if (!message.mention_everyone && !message.mentions.includes(self)) return false;
  counted.add(message.id);
  if (counted.size > kCounted) counted.delete(counted.values().next().value!);
  return true;
}

/** In a large channel that nobody looks at, a mention is all that is told of its message. */
function mentioned(message: Message): void {
  const conversation = conversations.peek().get(message.channel_id);
  if (!conversation) {
    ask(message.channel_id);
    return;
  }
  const news = message.seq > conversation.readSeq && countsAsMention(message);
  arrived(message);
  if (news) change(message.channel_id, (one) => ({ ...one, mentions: one.mentions + 1 }));
}

/** A message of this channel is there, whoever told. */
function arrived(message: Message): void {
  const conversation = conversations.peek().get(message.channel_id);
  if (!conversation) {
    ask(message.channel_id);
    return;
  }
  if (!isNewer(conversation, message)) return;
  const own = message.author.id === me.peek()?.id;
  const fresh = message.seq > conversation.channel.last_seq;
  const mentioned = fresh && countsAsMention(message);
  change(message.channel_id, (one) => ({
    ...one,
    channel: {
      ...one.channel,
      last_seq: message.seq,
      last_message_id: message.id,
      last_message_at: message.created_at,
    },
    readSeq: own ? Math.max(one.readSeq, message.seq) : one.readSeq,
    mentions: one.mentions + (mentioned ? 1 : 0),
    preview: message,
  }));
}

function changed(id: string, rev: number, message?: Message): void {
  change(id, (one) => ({
    ...one,
    channel: { ...one.channel, rev: Math.max(one.channel.rev, rev) },
    ...(message && one.preview?.id === message.id ? { preview: message } : {}),
  }));
}

function setRecipients(
  id: string,
  edit: (users: NonNullable<Channel['recipients']>) => NonNullable<Channel['recipients']>,
) {
  change(id, (one) => {
    const before = one.channel.recipients ?? [];
    const recipients = edit(before);
    const member_count = one.channel.member_count + recipients.length - before.length;
    return { ...one, channel: { ...one.channel, recipients, member_count } };
  });
}

/** Channels beyond what READY holds. */
async function loadRest(named: Set<string>): Promise<void> {
  let before: string | undefined;
  do {
    const page = await client.rest.channels(before ? { limit: 100, before } : { limit: 100 });
    putChannels(page.channels);
    for (const channel of page.channels) {
      named.add(channel.id);
      client.track(channel);
    }
    before = page.cursor ?? undefined;
  } while (before);
  for (const one of conversations.peek().values()) {
    if (one.remembered && !named.has(one.channel.id)) drop(one.channel.id);
  }
}

client.onRead(readElsewhere);
client.on('READY', (d) => {
  const named = new Set(d.channels.map((channel) => channel.id));
  if (!d.more) {
    for (const id of conversations.peek().keys()) if (!named.has(id)) drop(id);
  }
  putChannels(d.channels);
  if (d.more) void loadRest(named).catch(() => undefined);
  void fillPreviews();
});
client.on('MESSAGE_CREATE', arrived);
client.on('sent', ({ message }) => arrived(message));
client.on('MENTION_CREATE', (d) => mentioned(d.message));
client.on('MESSAGE_UPDATE', (d) => changed(d.channel_id, d.rev, d.message));
client.on('MESSAGE_DELETE', (d) => changed(d.channel_id, d.rev, d.message));
client.on('MESSAGE_REACTION_ADD', (d) => changed(d.channel_id, d.rev));
client.on('MESSAGE_REACTION_REMOVE', (d) => changed(d.channel_id, d.rev));
client.on('CHANNEL_CREATE', putChannel);
client.on('CHANNEL_UPDATE', (d) => {
  change(d.channel_id, (one) => {
    const { channel } = d;
    return {
      ...one,
      channel: { ...one.channel, ...channel, last_seq: Math.max(one.channel.last_seq, channel.last_seq) },
    };
  });
});
client.on('CHANNEL_DELETE', (d) => drop(d.channel_id));
client.on('SYNCED', (d) => {
  if (d.gone) drop(d.channel_id);
});
client.on('CHANNEL_MEMBER_ADD', (d) => {
  setRecipients(d.channel_id, (users) => [...users.filter((user) => user.id !== d.user.id), d.user]);
});
client.on('CHANNEL_MEMBER_REMOVE', (d) => {
  if (d.user_id !== me.peek()?.id) {
    setRecipients(d.channel_id, (users) => users.filter((user) => user.id !== d.user_id));
    return;
  }
  const conversation = conversations.peek().get(d.channel_id);
  if (conversation && openChannel.peek() === d.channel_id) toast(t.removedFromGroup(titleOf(conversation.channel)));
  drop(d.channel_id);
});
client.on('CHANNEL_UNREAD', (d) => {
  if (!conversations.peek().has(d.channel_id)) ask(d.channel_id);
  change(d.channel_id, (one) => ({
    ...one,
    channel: { ...one.channel, last_seq: Math.max(one.channel.last_seq, d.last_seq) },
  }));
});
client.on('RECEIPT_UPDATE', (d) => {
  mergeReceipts(
    d.channel_id,
    d.receipts.map(({ user_id, ...cursors }) => [user_id, cursors]),
  );
});
client.on('READ_UPDATE', (d) => {
  change(d.channel_id, (one) => ({
    ...one,
    readSeq: Math.max(one.readSeq, d.read_seq),
    mentions: d.mention_count,
  }));
});
client.on('reset', (d) => {
  change(d.channel_id, (one) => ({ ...one, preview: undefined }));
  void fillPreviews();
});

onRecall(recall);

onSignOut(() => {
  counted.clear();
  kept = new Map();
  conversations.value = new Map();
});
