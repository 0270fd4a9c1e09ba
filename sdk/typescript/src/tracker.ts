import { type Clock, sleep } from './clock.ts';
import { ApiError } from './errors.ts';
import type { KnownPositions } from './gateway.ts';
import type { Rest } from './rest.ts';
import type { Dispatch } from './types/gateway.ts';
import type { Channel, ChannelWithReadState, Message, Position, Ready, Snowflake, Synced } from './types/schemas.ts';

/**
 * Where positions are kept: how far everything was handed on, channel by channel. In memory they serve a reconnect; over a restart they
 * serve who also keeps what was handed on. {@link Positions} is both.
 */
export interface PositionStore {
  /** Takes up what an earlier run left. Called before the connection starts. */
  load?(): Promise<void>;
  /** When everything that was set is kept. */
  flush?(): Promise<void>;
  /** Which life of the installation they belong to. */
  epoch: string | undefined;
  get(channel: Snowflake): Position | undefined;
  set(channel: Snowflake, position: Position): void;
  delete(channel: Snowflake): void;
  clear(): void;
  /** Most recently moved last. */
  entries(): Iterable<[Snowflake, Position]>;
}

type TrackerRest = Pick<Rest, 'messages' | 'changes' | 'delivered'>;

/** What a {@link ChannelTracker} is made of. */
export interface TrackerOptions {
  rest: TrackerRest;
  positions: PositionStore;
  clock: Clock;
  /** Whether a channel is one of those of which nothing is queued or pushed unasked. */
  isLarge(channel: Channel): boolean;
  /** What the server leaves out because it is much is read from history, each message, instead of a reset. */
  refill: boolean;
  /** In order within a channel, without a hole, each message once. */
  deliver(dispatch: Dispatch): void;
  /** So much happened in this channel that it is not sent one by one: forget what you hold and read history. */
  reset(channel: Snowflake): void;
}

interface Lane {
  /** Named in the last Identify, SYNCED not yet seen: holes in `rev` are normal. */
  catchingUp: boolean;
  /** Dispatches that wait until a hole before them is filled; undefined: no hole. */
  waiting: Dispatch[] | undefined;
  /** `seq` of the last message that was handed on. */
  handed: number;
}

const kPositionsMax = 500;
const kFillMax = 300; // a hole wider than this is a reset
const kRefillMax = 10_000; // and where everything is wanted, one wider than this
const kPage = 100;
const kFillPause = 2000;

/**
 * Sees to it that no hole stays: knows for each channel the (seq, rev) up to which everything was handed on, recognises a hole in what
 * comes, and asks REST for what is missing before it goes on. Other channels do not wait meanwhile.
 */
export class ChannelTracker {
  #lanes = new Map<Snowflake, Lane>();
  #generation = 0;
  #self: Snowflake | undefined;
  #named = false; // whether the last Identify carried positions

  constructor(private readonly options: TrackerOptions) {}

  /** For Identify: the channels that moved last first choice. Undefined before the first READY. */
  known(): KnownPositions | undefined {
    const entries = [...this.options.positions.entries()].slice(-kPositionsMax);
    this.#named = entries.length > 0;
    if (!this.#named) return undefined;
    for (const lane of this.#lanes.values()) lane.catchingUp = false;
    for (const [channel, { seq }] of entries) {
      const lane = this.#lane(channel);
      lane.catchingUp = true;
      lane.handed = Math.max(lane.handed, seq);
    }
    return { positions: Object.fromEntries(entries), epoch: this.options.positions.epoch };
  }

  /** A channel that came by REST: what is up to its head is read from history, what comes later is tracked. */
  adopt(channel: Channel): void {
    if (!this.options.positions.get(channel.id)) this.#setHead(channel);
  }

  clear(): void {
    this.#generation++;
    this.#lanes.clear();
    this.options.positions.clear();
    this.options.positions.epoch = undefined;
  }

  accept(dispatch: Dispatch): void {
    const channel = channelOf(dispatch);
    const waiting = channel === undefined ? undefined : this.#lanes.get(channel)?.waiting;
    if (waiting) waiting.push(dispatch);
    else if (channel === undefined) this.#global(dispatch);
    else this.#step(channel, dispatch);
  }

  #global(dispatch: Dispatch): void {
    if (dispatch.t === 'READY') this.#ready(dispatch.d);
    this.options.deliver(dispatch);
  }

  #ready(ready: Ready): void {
    const { positions } = this.options;
    if (positions.epoch !== undefined && positions.epoch !== ready.epoch) {
      this.clear();
      for (const channel of ready.channels) this.options.reset(channel.id);
    }
    positions.epoch = ready.epoch;
    this.#self = ready.user.id;
    for (const channel of ready.channels) if (!positions.get(channel.id)) this.#begin(channel);
  }

  /** A channel without a position. Where positions were named nothing of it is queued: what it holds has to be asked for. */
  #begin(channel: ChannelWithReadState): void {
    const { positions, refill, isLarge } = this.options;
    const head = { seq: channel.last_seq, rev: channel.rev };
    const delivered = { seq: Math.min(channel.read_state.delivered_seq, head.seq), rev: head.rev };
    if (this.#named && !refill) {
      this.#skipTo(channel.id, head);
    } else if (refill && (this.#named || isLarge(channel))) {
      positions.set(channel.id, delivered);
      if (delivered.seq < head.seq) this.#fill(channel.id, this.#lane(channel.id), delivered, undefined, head);
    } else {
      // The queue follows and brings what lies between, unless there is none.
      positions.set(channel.id, isLarge(channel) ? head : delivered);
    }
  }

  /** Goes on from there without what lies before it; the caller reads history. */
  #skipTo(channel: Snowflake, head: Position): void {
    this.options.positions.set(channel, head);
    this.options.reset(channel);
    if (head.seq > 0) this.#confirm(channel, head.seq);
  }

  /** What came by REST is confirmed by REST. Should that be lost, the next read or acknowledgement says it again. */
  #confirm(channel: Snowflake, seq: number): void {
    void this.options.rest.delivered(channel, seq).catch(() => undefined);
  }

  #setHead(channel: Channel): void {
    this.options.positions.set(channel.id, { seq: channel.last_seq, rev: channel.rev });
  }

  #lane(channel: Snowflake): Lane {
    const lane = this.#lanes.get(channel) ?? { catchingUp: false, waiting: undefined, handed: 0 };
    this.#lanes.set(channel, lane);
    return lane;
  }

  #step(channel: Snowflake, dispatch: Dispatch): void {
    if (dispatch.t === 'SYNCED') {
      this.#synced(channel, dispatch.d);
      return;
    }
    if (dispatch.t === 'CHANNEL_UNREAD') {
      this.#unread(channel, dispatch);
      return;
    }
    const position = this.options.positions.get(channel);
    const { seq, rev } = numbersOf(dispatch);
    const lane = this.#lane(channel);
    if (position) {
      const hole = (seq ?? 0) > position.seq + 1 || (!lane.catchingUp && (rev ?? 0) > position.rev + 1);
      if (hole) {
        this.#fill(channel, lane, position, dispatch, { seq: (seq ?? 0) - 1, rev: (rev ?? 0) - 1 });
        return;
      }
      this.#advance(channel, seq, rev);
    }
    if (dispatch.t === 'CHANNEL_CREATE') this.#advance(channel, dispatch.d.last_seq, dispatch.d.rev);
    if (this.#isEnd(dispatch)) this.options.positions.delete(channel);
    this.#hand(lane, dispatch);
  }

  /** The one way out for what belongs to a channel. */
  #hand(lane: Lane, dispatch: Dispatch): void {
    if (dispatch.t === 'MESSAGE_CREATE') {
      if (dispatch.d.seq <= lane.handed) return;
      lane.handed = dispatch.d.seq;
    }
    this.options.deliver(dispatch);
  }

  /** A large channel that nobody subscribed to has something new. */
  #unread(channel: Snowflake, dispatch: Extract<Dispatch, { t: 'CHANNEL_UNREAD' }>): void {
    const position = this.options.positions.get(channel);
    const { last_seq } = dispatch.d;
    if (this.options.refill && position && last_seq > position.seq) {
      this.#fill(channel, this.#lane(channel), position, dispatch, { seq: last_seq, rev: position.rev });
    } else {
      this.options.deliver(dispatch);
    }
  }

  /** Whether a channel is over for this user with this dispatch. */
  #isEnd(dispatch: Dispatch): boolean {
    return (
      dispatch.t === 'CHANNEL_DELETE' || (dispatch.t === 'CHANNEL_MEMBER_REMOVE' && dispatch.d.user_id === this.#self)
    );
  }

  #advance(channel: Snowflake, seq = 0, rev = 0): void {
    const position = this.options.positions.get(channel) ?? { seq: 0, rev: 0 };
    this.options.positions.set(channel, { seq: Math.max(position.seq, seq), rev: Math.max(position.rev, rev) });
  }

  #synced(channel: Snowflake, synced: Synced): void {
    const lane = this.#lane(channel);
    const { positions } = this.options;
    const head = { seq: synced.seq ?? 0, rev: synced.rev ?? 0 };
    const position = positions.get(channel);
    const behind = position && (head.seq > position.seq || head.rev > position.rev);
    const ahead = position && (head.seq < position.seq || head.rev < position.rev);
    if (synced.gone) {
      positions.delete(channel);
    } else if (!synced.recovered && (!this.options.refill || !position || ahead)) {
      this.#skipTo(channel, head);
    } else if (behind && (!synced.recovered || !lane.catchingUp)) {
      lane.catchingUp = false;
      this.#fill(channel, lane, position, { t: 'SYNCED', d: synced }, head);
      return;
    } else {
      this.#advance(channel, head.seq, head.rev);
    }
    lane.catchingUp = false;
    this.options.deliver({ t: 'SYNCED', d: synced });
  }

  /** Reads from `from` up to `to` by REST, then goes on with `next` and what came meanwhile. */
  #fill(channel: Snowflake, lane: Lane, from: Position, next: Dispatch | undefined, to: Position): void {
    lane.waiting = next ? [next] : [];
    const generation = this.#generation;
    const widest = this.options.refill ? kRefillMax : kFillMax;
    const wide = to.seq - from.seq > widest || to.rev - from.rev > widest;
    if (wide) this.#skipTo(channel, { seq: Math.max(from.seq, to.seq), rev: Math.max(from.rev, to.rev) });
    void (wide ? Promise.resolve() : this.#read(channel, from, to, generation)).then(() => {
      if (generation !== this.#generation) return;
      if (!wide && to.seq > from.seq) this.#confirm(channel, to.seq);
      const waiting = lane.waiting ?? [];
      lane.waiting = undefined;
      for (const dispatch of waiting) this.accept(dispatch);
    });
  }

  async #read(channel: Snowflake, from: Position, to: Position, generation: number): Promise<void> {
    const position = { ...from };
    while (position.seq < to.seq || position.rev < to.rev) {
      try {
        if (position.seq < to.seq) await this.#readMessages(channel, position, to.seq, generation);
        if (position.rev < to.rev) await this.#readChanges(channel, position, to.rev, generation);
      } catch (error) {
        if (error instanceof ApiError && !error.temporary) {
          this.#advance(channel, to.seq, to.rev); // not ours any more, or not to be had this way
          this.options.reset(channel);
          return;
        }
        await sleep(this.options.clock, kFillPause);
      }
      if (generation !== this.#generation) return;
    }
  }

  async #readMessages(channel: Snowflake, position: Position, to: number, generation: number): Promise<void> {
    const page = await this.options.rest.messages(channel, { after_seq: position.seq, limit: kPage });
    if (generation !== this.#generation) return;
    for (const message of page) {
      position.seq = message.seq;
      this.#advance(channel, message.seq);
      this.#hand(this.#lane(channel), { t: 'MESSAGE_CREATE', d: message });
    }
    if (page.length < kPage) position.seq = Math.max(position.seq, to);
  }

  async #readChanges(channel: Snowflake, position: Position, to: number, generation: number): Promise<void> {
    const page = await this.options.rest.changes(channel, position.rev, kPage);
    if (generation !== this.#generation) return;
    for (const { rev, ...dispatch } of page) {
      position.rev = rev;
      this.#advance(channel, 0, rev);
      this.options.deliver(dispatch as Dispatch);
    }
    if (page.length < kPage) position.rev = Math.max(position.rev, to);
  }
}

function channelOf(dispatch: Dispatch): Snowflake | undefined {
  switch (dispatch.t) {
    case 'CHANNEL_CREATE':
      return dispatch.d.id;
    case 'MESSAGE_CREATE':
    case 'MESSAGE_UPDATE':
    case 'MESSAGE_DELETE':
    case 'MESSAGE_REACTION_ADD':
    case 'MESSAGE_REACTION_REMOVE':
    case 'CHANNEL_UPDATE':
    case 'CHANNEL_DELETE':
    case 'CHANNEL_MEMBER_ADD':
    case 'CHANNEL_MEMBER_REMOVE':
    case 'SYNCED':
    case 'CHANNEL_UNREAD':
      return dispatch.d.channel_id;
    default:
      return undefined;
  }
}

function numbersOf(dispatch: Dispatch): { seq?: number; rev?: number } {
  const d = dispatch.d as { rev?: number };
  if (dispatch.t === 'MESSAGE_CREATE') return { seq: (dispatch.d as Message).seq };
  if (dispatch.t === 'CHANNEL_CREATE' || dispatch.t === 'CHANNEL_DELETE') return {};
  return d.rev === undefined ? {} : { rev: d.rev };
}
