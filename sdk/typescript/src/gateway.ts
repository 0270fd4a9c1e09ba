import { backoffDelay, type Clock } from './clock.ts';
import { apiError, SessionEnded, statusOf, UnknownOutcomeError } from './errors.ts';
import { Close } from './frames.ts';
import {
  CloseCode,
  type Dispatch,
  type DispatchFrame,
  Op,
  type ReplyFrame,
  type ServerFrame,
} from './types/gateway.ts';
import type { Device, HelloBody, Limits, Message, MessageDraft, Position, Snowflake } from './types/schemas.ts';

/** What the gateway needs of a WebSocket; the browser's and Node's own fit. */
export interface Socket {
  onmessage: ((event: { data: unknown }) => void) | null;
  onclose: ((event: { code: number; reason: string }) => void) | null;
  onerror: ((event: unknown) => void) | null;
  send(text: string): void;
  close(code?: number, reason?: string): void;
  /** Identify or Resume is said without waiting for Hello. */
  readonly clientFirst?: boolean;
  /** As a WebSocket's: above 1 nothing is sent any more, and onclose() is to come. */
  readonly readyState?: number;
}

/** How the connection stands. */
export type ConnectionState =
  | { kind: 'idle' }
  | { kind: 'connecting'; attempt: number }
  | { kind: 'online' }
  /** `retryAt`: when the next attempt begins, in the clock's milliseconds. */
  | { kind: 'waiting'; attempt: number; retryAt: number }
  /** No further attempt is made: the login has ended, or this session went on elsewhere. */
  | { kind: 'stopped'; reason: 'signed-out' | 'disabled' | 'elsewhere' };

/** What Identify says of how far the client has come. */
export interface KnownPositions {
  positions: Record<Snowflake, Position>;
  epoch?: string;
}

/** What a {@link Gateway} is made of. */
export interface GatewayOptions {
  /** Where the WebSocket is. */
  url(): Promise<string>;
  /** An access token; `refused` is one that the server did not take. */
  token(refused?: string): Promise<string>;
  device: Device;
  /** Asked at each Identify; undefined: identify without positions, which brings the offline queue. */
  positions(): KnownPositions | undefined;
  onState(state: ConnectionState): void;
  onDispatch(dispatch: Dispatch): void;
  clock: Clock;
  open?(url: string): Socket;
  /** A socket by long polling: taken where no WebSocket can be opened. */
  openPoll?(): Socket;
  /** While polling, a WebSocket is tried again after so many milliseconds; 5 minutes where it is left out. */
  tryBack?: number;
}

interface Pending {
  resolve(value: unknown): void;
  reject(error: Error): void;
  timer: unknown;
}

const kFrameWindow = 60_000;
const kFramesKept = 0.25; // the part of the frame limit that requests leave to everything else
const kAckDelay = 150; // the protocol allows 250 ms
const kStartDeadline = 15_000; // from opening the socket to READY or RESUMED
const kSilence = 10_000; // a heartbeat that nothing answers for that long: the connection is dead
const kAnswerDue = 5_000; // a request unanswered for that long is a reason to ask whether the connection lives
const kAskAnew = 3; // every third attempt asks for the address again: it may have changed
const kCloseDue = 500; // an error that no close follows by then is the end too: Node 20 leaves the close out
const kFallBack = 3; // so many WebSockets in a row that did not open: long polling is tried
const kTryBack = 5 * 60_000; // and a WebSocket again after that long
const kStable = 5_000; // a connection that held that long starts the backoff afresh

/**
 * One gateway session, kept alive over as many sockets as it takes: Hello, Identify or Resume, heartbeats, acknowledgements,
 * reconnecting with backoff. It knows nothing of channels: dispatches go out as they come, in order, each once. Where a session could
 * not be resumed a new READY comes, and the caller's positions decide what is sent after it. Where no WebSocket can be opened, long
 * polling takes its place.
 */
export class Gateway {
  #state: ConnectionState = { kind: 'idle' };
  #socket: Socket | undefined;
  #session: string | undefined;
  #lastSeq = 0; // `s` of the last dispatch of this session
  #acked = 0;
  #attempt = 0;
  #onlineSince = 0;
  #url: string | undefined; // kept, so that coming back needs nothing but a socket
  #token: string | undefined;
  #refusedToken: string | undefined;
  #heard = false; // anything since the last heartbeat
  #nextRequest = 1;
  #pending = new Map<number, Pending>();
  #framesPerMinute = 0; // 0: no limit
  #limits: Limits | undefined;
  #frames: number[] = []; // when the counted frames of the last minute went out
  #presence: 'online' | 'away' = 'online';
  #retryTimer: unknown;
  #startTimer: unknown;
  #beatTimer: unknown;
  #silenceTimer: unknown;
  #ackTimer: unknown;
  #unopened = 0; // WebSockets in a row that closed without a Hello
  #greeted = false; // Hello has come on this socket
  #trying: Socket | undefined; // a WebSocket that may take the place of polling
  #tryTimer: unknown;
  #generation = 0; // counts attempts, so that what belongs to an older one is recognised

  constructor(private readonly options: GatewayOptions) {}

  /** How the connection stands now. */
  get state(): ConnectionState {
    return this.#state;
  }

  /** How the session that is online gets through; undefined while none is. */
  get transport(): 'websocket' | 'polling' | undefined {
    if (this.#state.kind !== 'online') return undefined;
    return this.#socket?.clientFirst ? 'polling' : 'websocket';
  }

  /** The limits of the installation, from the first Hello on. */
  get limits(): Limits | undefined {
    return this.#limits;
  }

  /** Connects, and stays connected until {@link stop} or the end of the login. */
  start(): void {
    if (this.#state.kind === 'idle' || this.#state.kind === 'stopped') {
      this.#attempt = 0;
      void this.#connect();
    }
  }

  /** Ends the session at the server too. */
  stop(): void {
    this.#release(Close.Normal);
    this.#forgetSession();
    this.#setState({ kind: 'idle' });
  }

  /** Cuts a wait short. */
  retryNow(): void {
    if (this.#state.kind === 'waiting') void this.#connect();
  }

  /** Finds out at once whether the connection still lives: for when the network came back or the machine woke up. */
  probe(): void {
    if (this.#state.kind === 'online') this.#beat();
    else this.retryNow();
  }

  /** Whether a request still fits into the server's limit of frames; beyond it REST takes messages, and says when to wait. */
  hasRoom(): boolean {
    return this.#framesPerMinute === 0 || this.#recentFrames() < this.#framesPerMinute * (1 - kFramesKept);
  }

  /** Sends once, over this connection: rejects with {@link UnknownOutcomeError} when that ends before the reply. */
  send(channel: Snowflake, draft: MessageDraft): Promise<{ message: Message; replayed?: boolean }> {
    return this.#request('MESSAGE_SEND', { channel_id: channel, ...draft });
  }

  /** Whether this connection says that its user is there; kept over reconnects. */
  setPresence(status: 'online' | 'away'): void {
    if (status === this.#presence) return;
    this.#presence = status;
    this.#tell(Op.Presence, { status });
  }

  /** The whole set, each time. Says it only while online: say it again after every READY and RESUMED. */
  subscribe(channels: Snowflake[], users: Snowflake[]): void {
    this.#tell(Op.Subscribe, { channels, users });
  }

  /** One is typing; say it again every few seconds. */
  typing(channel: Snowflake): void {
    this.#tell(Op.Typing, { channel_id: channel });
  }

  /** Read up to `seq`, without an answer; `rest.read` answers when it is durable. */
  read(channel: Snowflake, seq: number): void {
    this.#tell(Op.Read, { channel_id: channel, seq });
  }

  #setState(state: ConnectionState): void {
    this.#state = state;
    this.options.onState(state);
  }

  async #connect(): Promise<void> {
    const generation = ++this.#generation;
    this.options.clock.clearTimeout(this.#retryTimer);
    this.#setState({ kind: 'connecting', attempt: this.#attempt });
    try {
      const token = await this.options.token(this.#refusedToken);
      const openPoll = this.#unopened >= kFallBack || !this.#hasWebSocket() ? this.options.openPoll : undefined;
      if (!openPoll && (this.#url === undefined || this.#attempt % kAskAnew === kAskAnew - 1)) {
        this.#url = await this.options.url();
      }
      if (generation !== this.#generation) return;
      this.#token = token;
      this.#refusedToken = undefined;
      this.#use(openPoll?.() ?? this.#openWebSocket());
      this.#startTimer = this.options.clock.setTimeout(() => this.#drop(), kStartDeadline);
      if (openPoll) {
        this.#begin();
        if (this.#hasWebSocket()) this.#tryBackLater();
      }
    } catch (error) {
      if (generation !== this.#generation) return;
      if (error instanceof SessionEnded) this.#end('signed-out');
      else this.#wait();
    }
  }

  /** Node before 22 has none of its own. */
  #hasWebSocket(): boolean {
    return this.options.open !== undefined || typeof WebSocket !== 'undefined';
  }

  #openWebSocket(): Socket {
    const url = `${this.#url}?v=1&encoding=json`;
    return this.options.open?.(url) ?? (new WebSocket(url) as unknown as Socket);
  }

  #use(socket: Socket): void {
    this.#socket = socket;
    this.#greeted = false;
    socket.onmessage = (event) => this.#receive(event.data);
    this.#onEnd(
      socket,
      (code, words) => this.#closed(code, words),
      () => this.#socket === socket,
    );
  }

  #onEnd(socket: Socket, ended: (code: number, words: string) => void, counts: () => boolean): void {
    socket.onclose = (event) => ended(event.code, event.reason);
    socket.onerror = () => {
      this.options.clock.setTimeout(() => {
        if (counts()) ended(Close.Abnormal, '');
      }, kCloseDue);
    };
  }

  #begin(): void {
    if (this.#session) this.#resume(this.#session);
    else this.#identify();
  }

  /** While polling: now and then a WebSocket, which goes on with the session once it says Hello. */
  #tryBackLater(): void {
    const { clock } = this.options;
    this.#tryTimer = clock.setTimeout(async () => {
      const generation = this.#generation;
      this.#url = await this.options.url().catch(() => this.#url);
      if (generation !== this.#generation) return;
      const socket = this.#openWebSocket();
      this.#trying = socket;
      const over = () => {
        if (this.#trying !== socket) return;
        letGo(socket, Close.Dropped);
        this.#trying = undefined;
        this.#tryBackLater();
      };
      socket.onmessage = (event) => {
        this.#trying = undefined;
        clock.clearTimeout(deadline);
        this.#release(Close.Dropped);
        this.#setState({ kind: 'connecting', attempt: this.#attempt });
        this.#use(socket);
        this.#startTimer = clock.setTimeout(() => this.#drop(), kStartDeadline);
        this.#receive(event.data);
      };
      this.#onEnd(socket, over, () => this.#trying === socket);
      const deadline = clock.setTimeout(over, kStartDeadline);
    }, this.options.tryBack ?? kTryBack);
  }

  #receive(data: unknown): void {
    this.#heard = true;
    let frame: ServerFrame;
    try {
      frame = JSON.parse(String(data)) as ServerFrame;
    } catch {
      this.#drop(); // no frame of a Rookery server
      return;
    }
    switch (frame.op) {
      case Op.Hello:
        this.#hello(frame.d);
        if (!this.#socket?.clientFirst) this.#begin();
        break;
      case Op.Dispatch:
        this.#dispatch(frame);
        break;
      case Op.InvalidSession:
        this.#forgetSession();
        this.#identify();
        break;
      case Op.Reconnect:
        this.#release(Close.Dropped);
        this.#wait(frame.d.after_ms);
        break;
      case Op.Reply:
        this.#reply(frame);
        break;
    }
  }

  #hello({ heartbeat_interval, limits }: HelloBody): void {
    this.#greeted = true;
    if (!this.#socket?.clientFirst) this.#unopened = 0;
    this.options.clock.clearTimeout(this.#beatTimer);
    this.#scheduleBeat(heartbeat_interval);
    this.#limits = limits;
    this.#framesPerMinute = limits.frames_per_minute;
    this.#frames = [];
  }

  #identify(): void {
    const known = this.options.positions();
    this.#tell(Op.Identify, { token: this.#token, device: this.options.device, ...known }, true);
  }

  #resume(session_id: string): void {
    this.#tell(Op.Resume, { token: this.#token, session_id, s: this.#lastSeq }, true);
    this.#acked = this.#lastSeq;
  }

  #dispatch(frame: DispatchFrame): void {
    if (frame.s <= this.#lastSeq) return;
    this.#lastSeq = frame.s;
    this.#ackTimer ??= this.options.clock.setTimeout(() => this.#ack(), kAckDelay);
    const { op: _, s: __, ...dispatch } = frame;
    if (dispatch.t === 'READY') this.#session = dispatch.d.session_id;
    const started = dispatch.t === 'READY' || dispatch.t === 'RESUMED';
    if (started) {
      this.options.clock.clearTimeout(this.#startTimer);
      this.#onlineSince = this.options.clock.now();
    }
    this.options.onDispatch(dispatch);
    if (started) {
      this.#setState({ kind: 'online' });
      if (dispatch.t === 'READY' && this.#presence === 'away') this.#tell(Op.Presence, { status: 'away' });
    }
  }

  #ack(): void {
    this.#ackTimer = undefined;
    if (this.#acked === this.#lastSeq) return;
    this.#acked = this.#lastSeq;
    this.#tell(Op.Ack, this.#lastSeq, true);
  }

  #scheduleBeat(interval: number): void {
    this.#beatTimer = this.options.clock.setTimeout(() => {
      this.#beat();
      this.#scheduleBeat(interval);
    }, interval);
  }

  #beat(): void {
    this.#heard = false;
    this.#tell(Op.Heartbeat, this.#lastSeq || null, true);
    this.#acked = this.#lastSeq;
    this.options.clock.clearTimeout(this.#silenceTimer);
    this.#silenceTimer = this.options.clock.setTimeout(() => {
      if (!this.#heard) this.#drop();
    }, kSilence);
  }

  #request<T>(t: string, d: object): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.#state.kind !== 'online') {
        reject(new UnknownOutcomeError('not connected'));
        return;
      }
      const i = this.#nextRequest++;
      const timer = this.options.clock.setTimeout(() => this.#beat(), kAnswerDue);
      this.#pending.set(i, { resolve: resolve as (value: unknown) => void, reject, timer });
      this.#frames.push(this.options.clock.now());
      this.#write({ op: Op.Request, i, t, d });
    });
  }

  /** Not into a socket that is closing, of which browsers complain: what waits for an answer is told when it has closed. */
  #write(frame: object): void {
    if ((this.#socket?.readyState ?? 1) <= 1) this.#socket?.send(JSON.stringify(frame));
  }

  #reply(frame: ReplyFrame): void {
    const pending = this.#pending.get(frame.i);
    if (!pending) return;
    this.#pending.delete(frame.i);
    this.options.clock.clearTimeout(pending.timer);
    if (frame.error) pending.reject(apiError(statusOf(frame.error.code), frame.error));
    else pending.resolve(frame.d);
  }

  #recentFrames(): number {
    const since = this.options.clock.now() - kFrameWindow;
    this.#frames = this.#frames.filter((at) => at > since);
    return this.#frames.length;
  }

  /** `early`: also before READY. What is not early and comes while there is no session is left unsaid. */
  #tell(op: number, d: unknown, early = false): void {
    if (!early && this.#state.kind !== 'online') return;
    if (op !== Op.Heartbeat && op !== Op.Ack) this.#frames.push(this.options.clock.now());
    this.#write({ op, d });
  }

  /** The server, or the network, ended the socket. */
  #closed(code: number, words: string): void {
    this.#countUnopened();
    this.#release();
    switch (code) {
      case Close.Normal:
      case Close.Leaving:
      case CloseCode.BadSequence:
        this.#forgetSession();
        break;
      case CloseCode.TokenRefused:
        this.#refusedToken = this.#token;
        break;
      case CloseCode.Revoked:
        this.#forgetSession();
        this.#end(words === kDisabledWords ? 'disabled' : 'signed-out');
        return;
      case CloseCode.ResumedElsewhere:
        this.#forgetSession();
        this.#end('elsewhere');
        return;
    }
    this.#wait();
  }

  /** The connection is given up, the session is not. */
  #drop(): void {
    this.#countUnopened();
    this.#release(Close.Dropped);
    this.#wait();
  }

  /** Where polling does not get through either it is not the WebSocket that is blocked. */
  #countUnopened(): void {
    if (this.#greeted) return;
    this.#unopened = this.#socket?.clientFirst ? 0 : this.#unopened + 1;
  }

  #end(reason: 'signed-out' | 'disabled' | 'elsewhere'): void {
    this.#release();
    this.#setState({ kind: 'stopped', reason });
  }

  #wait(delay?: number): void {
    const { clock } = this.options;
    if (this.#onlineSince && clock.now() - this.#onlineSince >= kStable) this.#attempt = 0;
    this.#onlineSince = 0;
    const wait = delay ?? backoffDelay(this.#attempt, clock);
    this.#attempt++;
    this.#setState({ kind: 'waiting', attempt: this.#attempt, retryAt: clock.now() + wait });
    this.#retryTimer = clock.setTimeout(() => this.retryNow(), wait);
  }

  #forgetSession(): void {
    this.#session = undefined;
    this.#lastSeq = 0;
    this.#acked = 0;
  }

  /** Lets go of the socket and of all that hangs on it. Requests on their way have an unknown outcome. */
  #release(code?: number): void {
    this.#generation++;
    const { clock } = this.options;
    for (const timer of [
      this.#retryTimer,
      this.#startTimer,
      this.#beatTimer,
      this.#silenceTimer,
      this.#ackTimer,
      this.#tryTimer,
    ]) {
      clock.clearTimeout(timer);
    }
    this.#ackTimer = undefined;
    if (this.#trying) letGo(this.#trying, Close.Dropped);
    this.#trying = undefined;
    if (this.#socket) letGo(this.#socket, code);
    this.#socket = undefined;
    const pending = [...this.#pending.values()];
    this.#pending.clear();
    for (const { reject, timer } of pending) {
      clock.clearTimeout(timer);
      reject(new UnknownOutcomeError('the connection ended before the reply'));
    }
  }
}

/** The reason of a close with 4102 when an administrator has disabled the account. */
const kDisabledWords = 'The account was disabled';

/** `code`: closed with it; else it is closed already. */
function letGo(socket: Socket, code?: number): void {
  socket.onmessage = null;
  socket.onclose = null;
  socket.onerror = null;
  if (code !== undefined) socket.close(code);
}
