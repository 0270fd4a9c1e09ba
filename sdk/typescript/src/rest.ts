import { type Clock, sleep } from './clock.ts';
import { ApiError, type ErrorBody, NetworkError } from './errors.ts';
import type { PollAnswer, PollCall } from './poll-socket.ts';
import type {
  Channel,
  Cursors,
  Device,
  Dispatch,
  Instance,
  Login,
  Member,
  Message,
  MessageDraft,
  Presence,
  Snowflake,
  Tokens,
  User,
} from './types.ts';

export interface Credentials {
  username: string;
  password: string;
  display_name?: string;
  invite?: string;
}

export interface MessageQuery {
  limit?: number;
  before?: Snowflake;
  after?: Snowflake;
  around?: Snowflake;
  after_seq?: number;
}

type Query = Record<string, string | number | undefined>;
interface Call {
  query?: Query;
  body?: unknown;
  /** Without a token: register, login, refresh, the instance page. */
  open?: boolean;
  /** When the answer is due, in milliseconds; 10 s where it is left out. */
  deadline?: number;
  signal?: AbortSignal;
}

export interface AccessTokens {
  access(refused?: string): Promise<string>;
}

const kTries = 4;
const kDeadline = 10_000;
const kNoToken = 40001;

/**
 * The REST half of the protocol. Every call either answers or throws an ApiError (the server refused) or a NetworkError (it was not
 * reached, or did not answer within 10 s). A refused token is renewed once; a rate limit is waited out, and so is an overloaded
 * server where the call can be repeated without harm.
 */
export class Rest {
  constructor(
    private readonly base: string,
    private readonly tokens: () => AccessTokens,
    private readonly clock: Clock,
    private readonly fetch: typeof globalThis.fetch = globalThis.fetch.bind(globalThis),
  ) {}

  instance = () => this.call<Instance>('GET', '/instance', { open: true });
  /** One call of long polling, which the server may hold for its `timeout_ms`. */
  poll = (body: PollCall, signal: AbortSignal) =>
    this.call<PollAnswer>('POST', '/gateway/poll', { body, signal, deadline: body.timeout_ms + kDeadline });
  gatewayUrl = () => this.call<{ url: string }>('GET', '/gateway');

  register = (body: Credentials & { device: Device }) =>
    this.call<{ user: User; session: Tokens }>('POST', '/auth/register', { body, open: true });
  login = (body: { login: string; password: string; device: Device }) =>
    this.call<{ user: User; session: Tokens }>('POST', '/auth/login', { body, open: true });
  refresh = (refresh_token: string) =>
    this.call<{ session: Tokens }>('POST', '/auth/refresh', { body: { refresh_token }, open: true });
  logout = () => this.call<void>('POST', '/auth/logout');
  logins = () => this.call<Login[]>('GET', '/auth/sessions');
  endLogin = (id: Snowflake) => this.call<void>('DELETE', `/auth/sessions/${id}`);
  changePassword = (current: string, next: string) =>
    this.call<void>('POST', '/auth/password', { body: { current, new: next } });

  me = () => this.call<User>('GET', '/users/@me');
  updateMe = (body: { display_name?: string }) => this.call<User>('PATCH', '/users/@me', { body });
  settings = () => this.call<{ read_receipts: boolean }>('GET', '/users/@me/settings');
  updateSettings = (body: { read_receipts: boolean }) =>
    this.call<{ read_receipts: boolean }>('PATCH', '/users/@me/settings', { body });
  user = (id: Snowflake) => this.call<User>('GET', `/users/${id}`);
  findUsers = (query: string) => this.call<User[]>('GET', '/users', { query: { query } });
  presences = (user_ids: Snowflake[]) => this.call<Presence[]>('POST', '/presence/query', { body: { user_ids } });
  blocks = () => this.call<User[]>('GET', '/users/@me/blocks');
  block = (id: Snowflake) => this.call<void>('PUT', `/users/@me/blocks/${id}`);
  unblock = (id: Snowflake) => this.call<void>('DELETE', `/users/@me/blocks/${id}`);

  channels = (query: { limit?: number; before?: string } = {}) =>
    this.call<{ channels: Channel[]; cursor: string | null }>('GET', '/users/@me/channels', { query });
  openChannel = (body: { recipients: Snowflake[]; name?: string; type?: 'group' }) =>
    this.call<Channel>('POST', '/users/@me/channels', { body });
  channel = (id: Snowflake) => this.call<Channel>('GET', `/channels/${id}`);
  updateChannel = (id: Snowflake, body: { name?: string; topic?: string }) =>
    this.call<Channel>('PATCH', `/channels/${id}`, { body });
  leaveChannel = (id: Snowflake) => this.call<void>('DELETE', `/channels/${id}`);
  members = (id: Snowflake, query: { limit?: number; after?: Snowflake } = {}) =>
    this.call<Member[]>('GET', `/channels/${id}/members`, { query });
  addMember = (id: Snowflake, user: Snowflake) => this.call<void>('PUT', `/channels/${id}/recipients/${user}`);
  removeMember = (id: Snowflake, user: Snowflake) => this.call<void>('DELETE', `/channels/${id}/recipients/${user}`);

  messages = (channel: Snowflake, query: MessageQuery = {}) =>
    this.call<Message[]>('GET', `/channels/${channel}/messages`, { query: { ...query } });
  message = (channel: Snowflake, id: Snowflake) => this.call<Message>('GET', `/channels/${channel}/messages/${id}`);
  changes = (channel: Snowflake, after_rev: number, limit: number) =>
    this.call<(Dispatch & { rev: number })[]>('GET', `/channels/${channel}/changes`, { query: { after_rev, limit } });
  send = (channel: Snowflake, body: MessageDraft) =>
    this.call<Message>('POST', `/channels/${channel}/messages`, { body });
  edit = (channel: Snowflake, id: Snowflake, content: string) =>
    this.call<Message>('PATCH', `/channels/${channel}/messages/${id}`, { body: { content } });
  deleteMessage = (channel: Snowflake, id: Snowflake) =>
    this.call<void>('DELETE', `/channels/${channel}/messages/${id}`);
  react = (channel: Snowflake, id: Snowflake, emoji: string) =>
    this.call<void>('PUT', `/channels/${channel}/messages/${id}/reactions/${encodeURIComponent(emoji)}/@me`);
  unreact = (channel: Snowflake, id: Snowflake, emoji: string) =>
    this.call<void>('DELETE', `/channels/${channel}/messages/${id}/reactions/${encodeURIComponent(emoji)}/@me`);
  read = (channel: Snowflake, seq: number) => this.call<void>('POST', `/channels/${channel}/read`, { body: { seq } });
  delivered = (channel: Snowflake, seq: number) =>
    this.call<void>('POST', `/channels/${channel}/delivered`, { body: { seq } });
  receipts = (channel: Snowflake) => this.call<Record<Snowflake, Cursors>>('GET', `/channels/${channel}/receipts`);

  async call<T>(method: string, path: string, call: Call = {}): Promise<T> {
    let refused: string | undefined;
    for (let attempt = 1; ; attempt++) {
      const token = call.open ? undefined : await this.tokens().access(refused);
      const response = await this.#fetch(method, path, call, token).catch((error: unknown) => {
        if (method !== 'GET' || attempt > 1) throw error;
        return undefined; // often only a kept connection that died in the meantime
      });
      if (!response) continue;
      if (response.ok) return (response.status === 204 ? undefined : await this.#json(response)) as T;
      const error = await this.#error(response);
      if (error.status === 401 && error.code === kNoToken && token !== undefined && refused === undefined) {
        refused = token;
        continue;
      }
      const repeatable = error.status === 429 || (error.status === 503 && method !== 'POST');
      if (!repeatable || attempt >= kTries) throw error;
      await sleep(this.clock, (error.retryAfter ?? 1) * 1000);
    }
  }

  async #fetch(method: string, path: string, call: Call, token: string | undefined): Promise<Response> {
    const query = Object.entries(call.query ?? {})
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`)
      .join('&');
    const headers: Record<string, string> = {};
    if (token !== undefined) headers.Authorization = `Bearer ${token}`;
    if (call.body !== undefined) headers['Content-Type'] = 'application/json';
    const late = new AbortController();
    const timer = this.clock.setTimeout(() => late.abort(), call.deadline ?? kDeadline);
    const given = () => late.abort();
    call.signal?.addEventListener('abort', given);
    try {
      return await this.fetch(`${this.base}/api/v1${path}${query ? `?${query}` : ''}`, {
        method,
        headers,
        body: call.body === undefined ? null : JSON.stringify(call.body),
        cache: 'no-store',
        signal: late.signal,
      });
    } catch (error) {
      throw new NetworkError(`the server cannot be reached: ${String(error)}`);
    } finally {
      this.clock.clearTimeout(timer);
      call.signal?.removeEventListener('abort', given);
    }
  }

  async #json(response: Response): Promise<unknown> {
    try {
      return await response.json();
    } catch (error) {
      throw new NetworkError(`the answer broke off: ${String(error)}`);
    }
  }

  async #error(response: Response): Promise<ApiError> {
    let body: ErrorBody = { code: 0, message: response.statusText || `status ${response.status}` };
    try {
      body = { ...body, ...((await response.json()) as ErrorBody) };
    } catch {
      // A proxy's own page: the status has to do.
    }
    const header = Number(response.headers.get('Retry-After'));
    if (body.retry_after === undefined && header > 0) body.retry_after = header;
    return new ApiError(response.status, body);
  }
}
