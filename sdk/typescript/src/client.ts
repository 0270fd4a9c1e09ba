import { type Clock, systemClock } from './clock.ts';
import { Emitter } from './emitter.ts';
import { type ConnectionState, Gateway, type Socket } from './gateway.ts';
import { Outbox, type OutboxEntry, type OutboxStore } from './outbox.ts';
import { PollSocket } from './poll-socket.ts';
import { type Credentials, Rest } from './rest.ts';
import { MemoryRefreshTokenStore, type RefreshTokenStore, TokenKeeper } from './tokens.ts';
import { ChannelTracker, MemoryPositionStore, type PositionStore } from './tracker.ts';
import type { Dispatch, Dispatches } from './types/gateway.ts';
import type { Channel, Device, Message, OwnUser, Snowflake } from './types/schemas.ts';

export interface ClientOptions {
  /** Where the server is, without a slash at the end: `https://chat.example`; empty in a page that the server serves. */
  server: string;
  device: Device;
  tokens?: RefreshTokenStore;
  positions?: PositionStore;
  outbox?: OutboxStore;
  clock?: Clock;
  fetch?: typeof globalThis.fetch;
  openSocket?: (url: string) => Socket;
}

export type ClientEvents = Dispatches & {
  state: ConnectionState;
  outbox: readonly OutboxEntry[];
  /** One's own message has arrived; its MESSAGE_CREATE comes besides. */
  sent: { entry: OutboxEntry; message: Message };
  /** So much happened in this channel that it was not sent one by one: drop what is held of it and read history. */
  reset: { channel_id: Snowflake };
  /** The login is over: by logout, elsewhere, or by the server. */
  signedOut: undefined;
};

/**
 * Everything a chat client needs of the server: one login, one gateway session, messages that arrive once and in order. Events carry
 * the protocol's own names and payloads. Never touches the DOM; where things are stored between runs is the caller's to say.
 */
export class Client {
  readonly rest: Rest;
  readonly gateway: Gateway;
  readonly outbox: Outbox;
  readonly #tokens: TokenKeeper;
  readonly #tracker: ChannelTracker;
  readonly #events = new Emitter<ClientEvents>();
  readonly on = this.#events.on.bind(this.#events) as Emitter<ClientEvents>['on'];
  #self: Snowflake | undefined;

  constructor(private readonly options: ClientOptions) {
    const clock = options.clock ?? systemClock;
    this.rest = new Rest(options.server, () => this.#tokens, clock, options.fetch);
    this.#tokens = new TokenKeeper(
      options.tokens ?? new MemoryRefreshTokenStore(),
      async (token) => (await this.rest.refresh(token)).session,
      clock,
    );
    this.#tokens.onEnd = () => this.#over();
    this.#tracker = new ChannelTracker({
      rest: this.rest,
      positions: options.positions ?? new MemoryPositionStore(),
      clock,
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
    });
    this.outbox = new Outbox({
      send: async (channel, draft) =>
        this.gateway.hasRoom() ? (await this.gateway.send(channel, draft)).message : this.rest.send(channel, draft),
      clock,
      nonce: randomNonce,
      onChange: (entries) => this.#events.emit('outbox', entries),
      onSent: (entry, message) => this.#events.emit('sent', { entry, message }),
      ...(options.outbox ? { store: options.outbox } : {}),
    });
  }

  async register(credentials: Credentials): Promise<OwnUser> {
    const { user, session } = await this.rest.register({ ...credentials, device: this.options.device });
    await this.#tokens.adopt(session);
    return user;
  }

  async login(login: string, password: string): Promise<OwnUser> {
    const { user, session } = await this.rest.login({ login, password, device: this.options.device });
    await this.#tokens.adopt(session);
    return user;
  }

  /** Whether an earlier run left a login. */
  hasLogin(): Promise<boolean> {
    return this.#tokens.hasLogin();
  }

  /** Connects, and stays connected until `signOut` or the end of the login. */
  async start(): Promise<void> {
    await this.outbox.load();
    this.gateway.start();
  }

  /** Ends the login. What the server could not be told, its own time limit ends. */
  async signOut(): Promise<void> {
    await this.rest.logout().catch(() => undefined);
    await this.#tokens.forget();
    this.#over();
  }

  /** A channel that came by REST is tracked from its head on. */
  track(channel: Channel): void {
    this.#tracker.adopt(channel);
  }

  #stateChanged(state: ConnectionState): void {
    this.outbox.setOnline(state.kind === 'online');
    this.#events.emit('state', state);
    if (state.kind === 'stopped' && state.reason === 'signed-out') void this.#tokens.forget().then(() => this.#over());
  }

  #deliver(dispatch: Dispatch): void {
    if (dispatch.t === 'READY') this.#self = dispatch.d.user.id;
    if (dispatch.t === 'MESSAGE_CREATE' && dispatch.d.author.id === this.#self) this.outbox.confirm(dispatch.d);
    this.#events.emit(dispatch.t, dispatch.d as never);
  }

  #over(): void {
    this.gateway.stop();
    this.outbox.clear();
    this.#tracker.clear();
    this.#events.emit('signedOut', undefined);
  }
}

/** 128 random bits. `crypto.randomUUID` would need a secure context, which a server in one's own network may not have. */
function randomNonce(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
