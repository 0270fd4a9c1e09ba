import { type Clock, systemClock } from './clock.ts';
import { Emitter } from './emitter.ts';
import { type ApiError, SessionEnded, UnknownOutcomeError } from './errors.ts';
import { type ConnectionState, Gateway, type Socket } from './gateway.ts';
import { Outbox, type OutboxEntry, type OutboxStore } from './outbox.ts';
import { PollSocket } from './poll-socket.ts';
import { type Credentials, type RequestOptions, Rest } from './rest.ts';
import { MemoryStore, Positions, type Store, storedOutbox, storedToken } from './store.ts';
import { EventStream } from './stream.ts';
import { type RefreshTokenStore, TokenKeeper } from './tokens.ts';
import { ChannelTracker, type PositionStore } from './tracker.ts';
import type { Dispatch, Dispatches } from './types/gateway.ts';
import type { Channel, Device, Message, OwnUser, Snowflake } from './types/schemas.ts';

/** What a {@link Client} is made of. */
export interface ClientOptions {
  /** Where the server is, without a slash at the end: `https://chat.example`; empty in a page that the server serves. */
  server: string;
  /** What this runs on. `id` is the installation's own name, the same at every start. */
  device: Device;
  /** Where the login, unsent messages and positions are kept between runs; in memory where it is left out. */
  store?: Store;
  /** The refresh token's place, where it is not `store`. */
  tokens?: RefreshTokenStore;
  /** The positions' place, where it is not `store`. */
  positions?: PositionStore;
  /** The unsent messages' place, where it is not `store`. */
  outbox?: OutboxStore;
  /**
   * When more was missed than the server sends by itself. `refill` (the default): it is read from history, and each message comes as if it
   * were new, up to 10,000 in a channel; for programs. `reset`: only the event `reset` comes, and history is read when somebody looks;
   * for screens.
   */
  missed?: 'refill' | 'reset';
  /** While polling, a WebSocket is tried again after so many milliseconds; 5 minutes where it is left out. */
  tryWebSocketAfter?: number;
  /** How a WebSocket is opened, where the platform has none of its own (Node 20: `openSocket` of `@rookery/sdk/node`). */
  openSocket?: (url: string) => Socket;
  fetch?: typeof globalThis.fetch;
  clock?: Clock;
}

/** Why a login is over: `signed-out` here, `ended` elsewhere or by the server, or its account was `disabled` by an administrator. */
export interface SignedOut {
  reason: 'signed-out' | 'ended' | 'disabled';
}

/** Every event of a {@link Client}: the protocol's own, and those of the connection. */
export type ClientEvents = Dispatches & {
  state: ConnectionState;
  /** What is unsent has changed. */
  outbox: readonly OutboxEntry[];
  /** One's own message has arrived; its MESSAGE_CREATE comes besides. */
  sent: { entry: OutboxEntry; message: Message };
  /** So much happened in this channel that it was not sent one by one: drop what is held of it and read history. */
  reset: { channel_id: Snowflake };
  /** The login is over, and everything that was kept of it is deleted. */
  signedOut: SignedOut;
};

/** How a stream of events is bounded and ended. */
export interface StreamOptions {
  /** How many may wait to be taken; 1000 where it is left out. One more, and the iterator throws {@link BufferOverrun}. */
  buffer?: number;
  /** Ends the loop. */
  signal?: AbortSignal;
}

const kBuffer = 1000;

interface Waiting {
  resolve(message: Message): void;
  reject(error: unknown): void;
}

/**
 * Everything a chat client needs of the server: one login, one gateway session, messages that arrive once and in order. Events carry
 * the protocol's own names and payloads. Never touches the DOM; where things are stored between runs is the caller's to say.
 */
export class Client {
  /** What is asked: every documented route. */
  readonly rest: Rest;
  /** The connection: its state, presence, subscriptions, typing, reading. */
  readonly gateway: Gateway;
  /** Messages on their way. */
  readonly outbox: Outbox;
  readonly #tokens: TokenKeeper;
  readonly #positions: PositionStore;
  readonly #tracker: ChannelTracker;
  readonly #events = new Emitter<ClientEvents>();
  readonly #streams = new Set<EventStream<never>>();
  readonly #waiting = new Map<string, Waiting>(); // nonce → who sent it
  #user: OwnUser | undefined;
  #signedIn = false;

  /** Calls `listener` for each event of that name. Returns the function that takes it away again. */
  readonly on = this.#events.on.bind(this.#events) as Emitter<ClientEvents>['on'];
  /** Takes a listener away. */
  readonly off = this.#events.off.bind(this.#events) as Emitter<ClientEvents>['off'];

  constructor(private readonly options: ClientOptions) {
    const clock = options.clock ?? systemClock;
    const store = options.store ?? new MemoryStore();
    this.rest = new Rest(options.server, () => this.#tokens, clock, options.fetch);
    this.#tokens = new TokenKeeper(
      options.tokens ?? storedToken(store),
      async (token) => (await this.rest.refresh(token)).session,
      clock,
    );
    this.#tokens.onEnd = () => this.#over('ended');
    this.#positions = options.positions ?? new Positions(options.store);
    this.#tracker = new ChannelTracker({
      rest: this.rest,
      positions: this.#positions,
      clock,
      refill: options.missed !== 'reset',
      isLarge: (channel) => channel.member_count >= (this.gateway.limits?.large_channel ?? Number.POSITIVE_INFINITY),
      deliver: (dispatch) => this.#deliver(dispatch),
      reset: (channel_id) => this.#events.emit('reset', { channel_id }),
    });
    this.gateway = new Gateway({
      url: async () => (await this.rest.gatewayUrl()).url,
      token: (refused) => this.#tokens.access(refused),
      device: options.device,
      positions: () => this.#tracker.known(),
      onState: (state) => this.#stateChanged(state),
      onDispatch: (dispatch) => this.#tracker.accept(dispatch),
      clock,
      openPoll: () => new PollSocket({ poll: (call, signal) => this.rest.poll(call, signal), clock }),
      ...(options.openSocket ? { open: options.openSocket } : {}),
      ...(options.tryWebSocketAfter === undefined ? {} : { tryBack: options.tryWebSocketAfter }),
    });
    this.outbox = new Outbox({
      send: async (channel, draft) =>
        this.gateway.hasRoom() ? (await this.gateway.send(channel, draft)).message : this.rest.send(channel, draft),
      clock,
      nonce: randomNonce,
      onChange: (entries) => this.#events.emit('outbox', entries),
      onSent: (entry, message) => this.#sent(entry, message),
      onFailed: (entry, error) => this.#failed(entry, error),
      longest: () => this.gateway.limits?.content,
      store: options.outbox ?? storedOutbox(store),
    });
  }

  /** Oneself, once signed in or connected. */
  get user(): OwnUser | undefined {
    return this.#user;
  }

  /** Makes an account and signs in. */
  async register(credentials: Omit<Credentials, 'device'>, options?: RequestOptions): Promise<OwnUser> {
    return this.adopt(await this.rest.register({ ...credentials, device: this.options.device }, options));
  }

  /** Signs in with a username, or a verified e-mail. */
  async login(login: string, password: string, options?: RequestOptions): Promise<OwnUser> {
    return this.adopt(await this.rest.login({ login, password, device: this.options.device }, options));
  }

  /** An access token that is still good, for requests outside this client. `refused`: the one that the server just refused. */
  accessToken(refused?: string): Promise<string> {
    return this.#tokens.access(refused);
  }

  /** What the server lets this login do: `user`, and `admin` for administrators. Known from the first answer on. */
  get permissions(): readonly string[] {
    return this.#tokens.permissions;
  }

  /** Whether an earlier run left a login. */
  hasLogin(): Promise<boolean> {
    return this.#tokens.hasLogin();
  }

  /** Connects, and stays connected until `close`, `signOut` or the end of the login. */
  async start(): Promise<void> {
    this.#signedIn = true;
    await this.#positions.load?.();
    await this.outbox.load();
    this.gateway.start();
  }

  /** Ends the connection and keeps the login, what is unsent and the positions: the next `start` goes on from here. */
  async close(): Promise<void> {
    this.gateway.stop();
    for (const stream of this.#streams) stream.end();
    this.#rejectWaiting(new UnknownOutcomeError('closed; what is unsent stays in the outbox'));
    await this.#positions.flush?.();
    await this.outbox.flush();
  }

  /** Ends the login. What the server could not be told, its own time limit ends. */
  async signOut(): Promise<void> {
    await this.rest.logout().catch(() => undefined);
    await this.#tokens.forget();
    this.#over('signed-out');
  }

  /**
   * Sends a message: until there is an answer, over as many connections as it takes, and once. Rejects with the ApiError of a refusal, and
   * then it is not tried again. With `outbox.add` it stays there, for people to decide.
   */
  send(
    channel: Snowflake,
    content: string,
    options: { replyTo?: Snowflake; signal?: AbortSignal } = {},
  ): Promise<Message> {
    const { replyTo, signal } = options;
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      const { nonce } = this.outbox.add(channel, content, replyTo);
      const aborted = () => {
        this.#waiting.delete(nonce);
        this.outbox.discard(nonce);
        reject(signal?.reason);
      };
      signal?.addEventListener('abort', aborted, { once: true });
      const done = () => signal?.removeEventListener('abort', aborted);
      this.#waiting.set(nonce, {
        resolve: (message) => {
          done();
          resolve(message);
        },
        reject: (error) => {
          done();
          reject(error);
        },
      });
    });
  }

  /** The next event of that name; with a listener, which is called once, the function that takes it away again. */
  once<T extends keyof ClientEvents>(name: T, options?: { signal?: AbortSignal }): Promise<ClientEvents[T]>;
  once<T extends keyof ClientEvents>(name: T, listener: (value: ClientEvents[T]) => void): () => void;
  once<T extends keyof ClientEvents>(
    name: T,
    given: { signal?: AbortSignal } | ((value: ClientEvents[T]) => void) = {},
  ): Promise<ClientEvents[T]> | (() => void) {
    if (typeof given !== 'function') return this.#next(name, given.signal);
    const off = this.on(name, (value) => {
      off();
      given(value);
    });
    return off;
  }

  /**
   * Events of one name, to be taken with `for await`. They are kept from this call on. The loop ends with `close` or the signal; the end
   * of the login throws {@link SessionEnded}.
   */
  events<T extends keyof ClientEvents>(name: T, options: StreamOptions = {}): AsyncIterableIterator<ClientEvents[T]> {
    return this.#stream(name, () => true, options);
  }

  /** Messages as they come, one's own included, in order within each channel; of one channel, or of all. */
  messages(options: StreamOptions & { channel?: Snowflake } = {}): AsyncIterableIterator<Message> {
    const { channel } = options;
    return this.#stream(
      'MESSAGE_CREATE',
      (message) => channel === undefined || message.channel_id === channel,
      options,
    );
  }

  /** A channel that came by REST is tracked from its head on. */
  track(channel: Channel): void {
    this.#tracker.adopt(channel);
  }

  #stream<T extends keyof ClientEvents>(
    name: T,
    wanted: (value: ClientEvents[T]) => boolean,
    { buffer = kBuffer, signal }: StreamOptions,
  ): AsyncIterableIterator<ClientEvents[T]> {
    const aborted = () => stream.end();
    const stream = new EventStream<ClientEvents[T]>(buffer, () => {
      off();
      this.#streams.delete(stream as EventStream<never>);
      signal?.removeEventListener('abort', aborted);
    });
    const off = this.on(name, (value) => {
      if (wanted(value)) stream.push(value);
    });
    this.#streams.add(stream as EventStream<never>);
    if (signal?.aborted) stream.end();
    else signal?.addEventListener('abort', aborted);
    return stream;
  }

  async #next<T extends keyof ClientEvents>(name: T, signal?: AbortSignal): Promise<ClientEvents[T]> {
    signal?.throwIfAborted();
    return new Promise((resolve, reject) => {
      const aborted = () => {
        off();
        reject(signal?.reason);
      };
      const off = this.once(name, (value) => {
        signal?.removeEventListener('abort', aborted);
        resolve(value);
      });
      signal?.addEventListener('abort', aborted, { once: true });
    });
  }

  /** Takes a login that was made elsewhere, by `rest.login` or `rest.register`. */
  async adopt({ user, session }: Awaited<ReturnType<Rest['login']>>): Promise<OwnUser> {
    await this.#tokens.adopt(session);
    this.#signedIn = true;
    this.#user = user;
    return user;
  }

  #stateChanged(state: ConnectionState): void {
    this.outbox.setOnline(state.kind === 'online');
    this.#events.emit('state', state);
    if (state.kind !== 'stopped' || state.reason === 'elsewhere') return;
    const reason = state.reason === 'disabled' ? 'disabled' : 'ended';
    void this.#tokens.forget().then(() => this.#over(reason));
  }

  #deliver(dispatch: Dispatch): void {
    if (dispatch.t === 'READY') this.#user = dispatch.d.user;
    if (dispatch.t === 'MESSAGE_CREATE' && dispatch.d.author.id === this.#user?.id) this.outbox.confirm(dispatch.d);
    this.#events.emit(dispatch.t, dispatch.d as never);
  }

  #sent(entry: OutboxEntry, message: Message): void {
    this.#waiting.get(entry.nonce)?.resolve(message);
    this.#waiting.delete(entry.nonce);
    this.#events.emit('sent', { entry, message });
  }

  #failed(entry: OutboxEntry, error: ApiError): void {
    const waiting = this.#waiting.get(entry.nonce);
    if (!waiting) return;
    this.#waiting.delete(entry.nonce);
    this.outbox.discard(entry.nonce);
    waiting.reject(error);
  }

  #rejectWaiting(error: Error): void {
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }

  #over(reason: SignedOut['reason']): void {
    if (!this.#signedIn) return;
    this.#signedIn = false;
    this.#user = undefined;
    this.gateway.stop();
    this.outbox.clear();
    this.#tracker.clear();
    const error = new SessionEnded('the login has ended');
    for (const stream of this.#streams) stream.end({ error });
    this.#rejectWaiting(error);
    this.#events.emit('signedOut', { reason });
  }
}

/** 128 random bits. `crypto.randomUUID` would need a secure context, which a server in one's own network may not have. */
function randomNonce(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
