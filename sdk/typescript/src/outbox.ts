import { backoffDelay, type Clock } from './clock.ts';
import { ApiError } from './errors.ts';
import type { Message, MessageDraft, Snowflake } from './types/schemas.ts';

/** Why a message was not sent. */
export interface SendFailure {
  /**
   * What the server said ({@link ErrorCode}), 0 where its table has no row; `old`: it was not asked, for it no longer knows whether it
   * has the message. People are told by this, in their own language.
   */
  code: number | 'old';
  /** In English, for programs and logs. */
  message: string;
  /** How many characters a message may have, where this one has more. */
  limit?: number;
}

/** A message that the server has not confirmed. */
export interface OutboxEntry {
  nonce: string;
  channel_id: Snowflake;
  content: string;
  reply_to?: Snowflake;
  created_at: string;
  /** Set when the server refused it; it then waits for `retry` or `discard`. */
  failed?: SendFailure;
}

/** Where unsent messages are kept between runs. `save` gets all of them, each time. */
export interface OutboxStore {
  load(): Promise<OutboxEntry[]>;
  save(entries: OutboxEntry[]): Promise<void>;
}

/** What an {@link Outbox} is made of. */
export interface OutboxOptions {
  send(channel: Snowflake, draft: MessageDraft): Promise<Message>;
  store?: OutboxStore;
  clock: Clock;
  nonce(): string;
  onChange(entries: readonly OutboxEntry[]): void;
  /** Comes once for each entry, by the reply or by the live event, whichever is first. */
  onSent(entry: OutboxEntry, message: Message): void;
  /** The server refused it for good. It stays, marked as failed, until `retry` or `discard`. */
  onFailed?(entry: OutboxEntry, error: ApiError): void;
  /** How many characters a message may have, where that is known. */
  longest?(): number | undefined;
}

const kNonceKept = 23 * 3_600_000; // the server keeps a nonce for 24 h

/**
 * Messages on their way. Each keeps its nonce until the server answered, so that a message is sent at least once and stands in the
 * channel exactly once, whatever happens to the connection. Within a channel one is sent after the other, in the order written.
 */
export class Outbox {
  #entries: OutboxEntry[] = [];
  #busy = new Map<Snowflake, number>(); // channel → generation of the send on its way
  #attempts = new Map<string, number>();
  #online = false;
  #generation = 0;
  #saving: Promise<void> | undefined;

  constructor(private readonly options: OutboxOptions) {}

  /** All that is unsent, in the order written. */
  get entries(): readonly OutboxEntry[] {
    return this.#entries;
  }

  /** Takes up what an earlier run left. */
  async load(): Promise<void> {
    const stored = (await this.options.store?.load()) ?? [];
    const known = new Set(this.#entries.map((entry) => entry.nonce));
    const left = stored.filter((entry) => !known.has(entry.nonce)).map((entry) => this.#aged(entry));
    this.#change([...left, ...this.#entries]);
  }

  /** After a day the server has forgotten a nonce: whether to say it (again) is for its writer to decide. */
  #aged(entry: OutboxEntry): OutboxEntry {
    const old = this.options.clock.now() - Date.parse(entry.created_at) > kNonceKept;
    if (!old || entry.failed !== undefined) return entry;
    return { ...entry, failed: { code: 'old', message: 'It is more than a day old.' } };
  }

  /** Takes a message and sends it as soon as that is possible. */
  add(channel: Snowflake, content: string, replyTo?: Snowflake): OutboxEntry {
    const entry: OutboxEntry = {
      nonce: this.options.nonce(),
      channel_id: channel,
      content,
      created_at: new Date(this.options.clock.now()).toISOString(),
    };
    if (replyTo) entry.reply_to = replyTo;
    this.take(entry);
    return entry;
  }

  /** An entry that was made elsewhere; one that is there already is left as it is. */
  take(entry: OutboxEntry): void {
    if (!this.#entries.some((one) => one.nonce === entry.nonce)) this.#change([...this.#entries, entry]);
  }

  /** Sends once more what was refused. */
  retry(nonce: string): void {
    this.#change(this.#entries.map((entry) => (entry.nonce === nonce ? { ...entry, failed: undefined } : entry)));
  }

  /** Takes a message out; one that is on its way may arrive all the same. */
  discard(nonce: string): void {
    this.#change(this.#entries.filter((entry) => entry.nonce !== nonce));
  }

  /** Forgets everything: the login is over. */
  clear(): void {
    this.#generation++;
    this.#busy.clear();
    this.#change([]);
  }

  /** When what is unsent is in the store. */
  async flush(): Promise<void> {
    await this.#saving;
  }

  /** Whether sending can work at present. */
  setOnline(online: boolean): void {
    this.#online = online;
    if (!online) return;
    this.#attempts.clear();
    this.#flush();
  }

  /** A live event or a history page showed this message: if it is one of ours, it has arrived. */
  confirm(message: Message): void {
    const entry = this.#entries.find((one) => one.nonce === message.nonce && one.channel_id === message.channel_id);
    if (entry) this.#sent(entry, message);
  }

  #change(entries: OutboxEntry[]): void {
    this.#entries = entries;
    this.#saving = this.options.store?.save(entries).catch(() => undefined); // kept in memory all the same
    this.options.onChange(entries);
    this.#flush();
  }

  #sent(entry: OutboxEntry, message: Message): void {
    this.#attempts.delete(entry.nonce);
    this.options.onSent(entry, message);
    this.discard(entry.nonce);
  }

  #flush(): void {
    if (!this.#online) return;
    const seen = new Set<Snowflake>();
    for (const entry of this.#entries) {
      if (entry.failed !== undefined || seen.has(entry.channel_id)) continue;
      seen.add(entry.channel_id);
      if (!this.#busy.has(entry.channel_id)) void this.#send(entry);
    }
  }

  async #send(entry: OutboxEntry): Promise<void> {
    const generation = this.#generation;
    this.#busy.set(entry.channel_id, generation);
    const { nonce, content, reply_to, channel_id } = entry;
    let pause = 0;
    try {
      const message = await this.options.send(channel_id, reply_to ? { nonce, content, reply_to } : { nonce, content });
      if (generation === this.#generation && this.#entries.includes(entry)) this.#sent(entry, message);
    } catch (error) {
      if (generation !== this.#generation) return;
      if (error instanceof ApiError && !error.temporary) this.#fail(entry, error);
      else pause = this.#pause(entry, error);
    }
    if (generation !== this.#generation) return;
    this.options.clock.setTimeout(() => {
      if (generation !== this.#generation) return;
      this.#busy.delete(channel_id);
      this.#flush();
    }, pause);
  }

  #fail(entry: OutboxEntry, error: ApiError): void {
    const failed: SendFailure = { code: error.code, message: Object.values(error.fields)[0] ?? error.message };
    const limit = this.options.longest?.();
    if (error.fields.content !== undefined && limit !== undefined && [...entry.content].length > limit) {
      failed.limit = limit;
    }
    this.#change(this.#entries.map((one) => (one.nonce === entry.nonce ? { ...one, failed } : one)));
    this.options.onFailed?.(entry, error);
  }

  #pause(entry: OutboxEntry, error: unknown): number {
    const attempt = this.#attempts.get(entry.nonce) ?? 0;
    this.#attempts.set(entry.nonce, attempt + 1);
    if (error instanceof ApiError && error.retryAfter !== undefined) return error.retryAfter * 1000;
    return this.#online ? backoffDelay(attempt, this.options.clock) : 0;
  }
}
