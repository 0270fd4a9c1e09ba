import { abortable, type Clock, sleep } from './clock.ts';
import { type ApiError, apiError, NetworkError } from './errors.ts';
import { RateLimits } from './rate-limits.ts';
import { type Routes, unlockedRoutes } from './types/routes.ts';
import type { ChannelSettings, MessageDraft, PollCall, PushRegistration, Snowflake } from './types/schemas.ts';
import { ErrorCode } from './types/schemas.ts';

/** What every request takes besides what its route says. */
export interface RequestOptions {
  /** Ends the request; it then rejects with the signal's reason. */
  signal?: AbortSignal;
  /** When the answer is due, in milliseconds; 10 s where it is left out. */
  deadline?: number;
  /** The longest wait for a rate limit, in milliseconds, before it is an error; 30 s where it is left out. */
  longestWait?: number;
}

/** A documented route: method and path. */
export type Route = keyof Routes;
/** What a route answers. */
export type Answer<R extends Route> = Routes[R]['answer'];
/** What a route takes: `path`, `query`, `header`, `body`, as it has them. */
export type RequestArgs<R extends Route> = Omit<Routes[R], 'answer'> & RequestOptions;
type Field<R extends Route, Part extends string> = Routes[R] extends { [P in Part]?: infer T } ? NonNullable<T> : never;

/** What an account is made with. */
export type Credentials = Field<'POST /api/v1/auth/register', 'body'>;
/** Which part of a channel's history. */
export type MessageQuery = Field<'GET /api/v1/channels/{channel_id}/messages', 'query'>;

interface Call extends RequestOptions {
  query?: object;
  header?: object;
  body?: unknown;
  /** Without a token: register, login, refresh, the instance page. */
  open?: boolean;
  /** What the rate limits know it by; the method and the path where it is left out. */
  route?: string;
}

/** Where access tokens come from. */
export interface AccessTokens {
  /** `refused`: the token that the server just refused; it is not handed out again. */
  access(refused?: string): Promise<string>;
}

const kTries = 4;
const kDeadline = 10_000;
const kLongestWait = 30_000;

/**
 * The REST half of the protocol. `request` takes every documented route; the methods are short names for those that clients use.
 * Every call either answers or throws an {@link ApiError} (the server refused), a {@link NetworkError} (it was not reached, or did not
 * answer in time) or the reason of the signal that ended it. A refused token is renewed once; a rate limit is waited out, and so is an
 * overloaded server where the call can be repeated without harm.
 */
export class Rest {
  readonly #limits: RateLimits;

  constructor(
    private readonly base: string,
    private readonly tokens: () => AccessTokens,
    private readonly clock: Clock,
    private readonly fetch: typeof globalThis.fetch = globalThis.fetch.bind(globalThis),
  ) {
    this.#limits = new RateLimits(clock);
  }

  /** Any documented route: `request('GET /api/v1/users/{user_id}', { path: { user_id } })`. */
  request<R extends Route>(
    route: R,
    ...args: Record<string, never> extends RequestArgs<R> ? [RequestArgs<R>?] : [RequestArgs<R>]
  ): Promise<Answer<R>> {
    const { path: given, ...rest } = (args[0] ?? {}) as Call & { path?: Record<string, string> };
    const [method, path] = route.split(' ') as [string, string];
    const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(given?.[name] ?? ''));
    return this.#call(method, filled, { ...rest, route, open: unlockedRoutes.has(route) });
  }

  /** A route below `/api/v1` that the documents do not have. */
  call<T>(method: string, path: string, call: Call = {}): Promise<T> {
    return this.#call(method, `/api/v1${path}`, call);
  }

  instance = (options?: RequestOptions) => this.request('GET /api/v1/instance', options);
  /** One call of long polling, which the server may hold for its `timeout_ms`. */
  poll = (body: PollCall, signal?: AbortSignal) =>
    this.request('POST /api/v1/gateway/poll', { body, signal, deadline: body.timeout_ms + kDeadline });
  gatewayUrl = (options?: RequestOptions) => this.request('GET /api/v1/gateway', options);

  register = (body: Credentials, options?: RequestOptions) =>
    this.request('POST /api/v1/auth/register', { ...options, body });
  login = (body: Field<'POST /api/v1/auth/login', 'body'>, options?: RequestOptions) =>
    this.request('POST /api/v1/auth/login', { ...options, body });
  refresh = (refresh_token: string, options?: RequestOptions) =>
    this.request('POST /api/v1/auth/refresh', { ...options, body: { refresh_token } });
  logout = (options?: RequestOptions) => this.request('POST /api/v1/auth/logout', options);
  logins = (options?: RequestOptions) => this.request('GET /api/v1/auth/sessions', options);
  endLogin = (session_id: Snowflake, options?: RequestOptions) =>
    this.request('DELETE /api/v1/auth/sessions/{session_id}', { ...options, path: { session_id } });
  changePassword = (current: string, next: string, options?: RequestOptions) =>
    this.request('POST /api/v1/auth/password', { ...options, body: { current, new: next } });

  me = (options?: RequestOptions) => this.request('GET /api/v1/users/@me', options);
  updateMe = (body: Field<'PATCH /api/v1/users/@me', 'body'>, options?: RequestOptions) =>
    this.request('PATCH /api/v1/users/@me', { ...options, body });
  deleteMe = (password: string, options?: RequestOptions) =>
    this.request('DELETE /api/v1/users/@me', { ...options, body: { password } });
  settings = (options?: RequestOptions) => this.request('GET /api/v1/users/@me/settings', options);
  updateSettings = (body: Field<'PATCH /api/v1/users/@me/settings', 'body'>, options?: RequestOptions) =>
    this.request('PATCH /api/v1/users/@me/settings', { ...options, body });
  user = (user_id: Snowflake, options?: RequestOptions) =>
    this.request('GET /api/v1/users/{user_id}', { ...options, path: { user_id } });
  findUsers = (query: string, options?: RequestOptions) =>
    this.request('GET /api/v1/users', { ...options, query: { query } });
  presence = (user_id: Snowflake, options?: RequestOptions) =>
    this.request('GET /api/v1/users/{user_id}/presence', { ...options, path: { user_id } });
  presences = (user_ids: Snowflake[], options?: RequestOptions) =>
    this.request('POST /api/v1/presence/query', { ...options, body: { user_ids } });
  blocks = (options?: RequestOptions) => this.request('GET /api/v1/users/@me/blocks', options);
  block = (user_id: Snowflake, options?: RequestOptions) =>
    this.request('PUT /api/v1/users/@me/blocks/{user_id}', { ...options, path: { user_id } });
  unblock = (user_id: Snowflake, options?: RequestOptions) =>
    this.request('DELETE /api/v1/users/@me/blocks/{user_id}', { ...options, path: { user_id } });
  devices = (options?: RequestOptions) => this.request('GET /api/v1/users/@me/devices', options);
  putDevice = (device_id: string, body: PushRegistration, options?: RequestOptions) =>
    this.request('PUT /api/v1/users/@me/devices/{device_id}', { ...options, path: { device_id }, body });
  deleteDevice = (device_id: string, options?: RequestOptions) =>
    this.request('DELETE /api/v1/users/@me/devices/{device_id}', { ...options, path: { device_id } });

  channels = (query: { limit?: number; before?: string } = {}, options?: RequestOptions) =>
    this.request('GET /api/v1/users/@me/channels', { ...options, query });
  openChannel = (body: Field<'POST /api/v1/users/@me/channels', 'body'>, options?: RequestOptions) =>
    this.request('POST /api/v1/users/@me/channels', { ...options, body });
  channel = (channel_id: Snowflake, options?: RequestOptions) =>
    this.request('GET /api/v1/channels/{channel_id}', { ...options, path: { channel_id } });
  updateChannel = (channel_id: Snowflake, body: { name?: string; topic?: string }, options?: RequestOptions) =>
    this.request('PATCH /api/v1/channels/{channel_id}', { ...options, path: { channel_id }, body });
  leaveChannel = (channel_id: Snowflake, options?: RequestOptions) =>
    this.request('DELETE /api/v1/channels/{channel_id}', { ...options, path: { channel_id } });
  members = (channel_id: Snowflake, query: { limit?: number; after?: Snowflake } = {}, options?: RequestOptions) =>
    this.request('GET /api/v1/channels/{channel_id}/members', { ...options, path: { channel_id }, query });
  addMember = (channel_id: Snowflake, user_id: Snowflake, options?: RequestOptions) =>
    this.request('PUT /api/v1/channels/{channel_id}/recipients/{user_id}', {
      ...options,
      path: { channel_id, user_id },
    });
  removeMember = (channel_id: Snowflake, user_id: Snowflake, options?: RequestOptions) =>
    this.request('DELETE /api/v1/channels/{channel_id}/recipients/{user_id}', {
      ...options,
      path: { channel_id, user_id },
    });
  channelSettings = (channel_id: Snowflake, options?: RequestOptions) =>
    this.request('GET /api/v1/channels/{channel_id}/settings', { path: { channel_id }, ...options });
  putChannelSettings = (channel_id: Snowflake, body: ChannelSettings, options?: RequestOptions) =>
    this.request('PUT /api/v1/channels/{channel_id}/settings', { ...options, path: { channel_id }, body });

  messages = (channel_id: Snowflake, query: MessageQuery = {}, options?: RequestOptions) =>
    this.request('GET /api/v1/channels/{channel_id}/messages', { ...options, path: { channel_id }, query });
  message = (channel_id: Snowflake, message_id: Snowflake, options?: RequestOptions) =>
    this.request('GET /api/v1/channels/{channel_id}/messages/{message_id}', {
      ...options,
      path: { channel_id, message_id },
    });
  changes = (channel_id: Snowflake, after_rev: number, limit: number, options?: RequestOptions) =>
    this.request('GET /api/v1/channels/{channel_id}/changes', {
      ...options,
      path: { channel_id },
      query: { after_rev, limit },
    });
  /** Once, as it is; {@link Client.send} and the outbox send until there is an answer. */
  send = (channel_id: Snowflake, body: MessageDraft, options?: RequestOptions) =>
    this.request('POST /api/v1/channels/{channel_id}/messages', { ...options, path: { channel_id }, body });
  edit = (channel_id: Snowflake, message_id: Snowflake, content: string, options?: RequestOptions) =>
    this.request('PATCH /api/v1/channels/{channel_id}/messages/{message_id}', {
      ...options,
      path: { channel_id, message_id },
      body: { content },
    });
  deleteMessage = (channel_id: Snowflake, message_id: Snowflake, options?: RequestOptions) =>
    this.request('DELETE /api/v1/channels/{channel_id}/messages/{message_id}', {
      ...options,
      path: { channel_id, message_id },
    });
  reactions = (channel_id: Snowflake, message_id: Snowflake, emoji: string, options?: RequestOptions) =>
    this.request('GET /api/v1/channels/{channel_id}/messages/{message_id}/reactions/{emoji}', {
      ...options,
      path: { channel_id, message_id, emoji },
    });
  react = (channel_id: Snowflake, message_id: Snowflake, emoji: string, options?: RequestOptions) =>
    this.request('PUT /api/v1/channels/{channel_id}/messages/{message_id}/reactions/{emoji}/@me', {
      ...options,
      path: { channel_id, message_id, emoji },
    });
  unreact = (channel_id: Snowflake, message_id: Snowflake, emoji: string, options?: RequestOptions) =>
    this.request('DELETE /api/v1/channels/{channel_id}/messages/{message_id}/reactions/{emoji}/@me', {
      ...options,
      path: { channel_id, message_id, emoji },
    });
  pin = (channel_id: Snowflake, message_id: Snowflake, options?: RequestOptions) =>
    this.request('PUT /api/v1/channels/{channel_id}/messages/{message_id}/pin', {
      ...options,
      path: { channel_id, message_id },
    });
  unpin = (channel_id: Snowflake, message_id: Snowflake, options?: RequestOptions) =>
    this.request('DELETE /api/v1/channels/{channel_id}/messages/{message_id}/pin', {
      ...options,
      path: { channel_id, message_id },
    });
  pins = (channel_id: Snowflake, options?: RequestOptions) =>
    this.request('GET /api/v1/channels/{channel_id}/pins', { ...options, path: { channel_id } });
  read = (channel_id: Snowflake, seq: number, options?: RequestOptions) =>
    this.request('POST /api/v1/channels/{channel_id}/read', { ...options, path: { channel_id }, body: { seq } });
  delivered = (channel_id: Snowflake, seq: number, options?: RequestOptions) =>
    this.request('POST /api/v1/channels/{channel_id}/delivered', { ...options, path: { channel_id }, body: { seq } });
  receipts = (channel_id: Snowflake, options?: RequestOptions) =>
    this.request('GET /api/v1/channels/{channel_id}/receipts', { ...options, path: { channel_id } });
  messageReceipts = (channel_id: Snowflake, message_id: Snowflake, options?: RequestOptions) =>
    this.request('GET /api/v1/channels/{channel_id}/messages/{message_id}/receipts', {
      ...options,
      path: { channel_id, message_id },
    });
  unread = (options?: RequestOptions) => this.request('GET /api/v1/users/@me/unread', options);
  mentions = (query: { limit?: number; before?: Snowflake } = {}, options?: RequestOptions) =>
    this.request('GET /api/v1/users/@me/mentions', { ...options, query });

  async #call<T>(method: string, path: string, call: Call): Promise<T> {
    const route = call.route ?? `${method} ${path}`;
    const longestWait = call.longestWait ?? kLongestWait;
    let refused: string | undefined;
    for (let attempt = 1; ; attempt++) {
      call.signal?.throwIfAborted();
      const token = call.open ? undefined : await abortable(this.tokens().access(refused), call.signal);
      const wait = this.#limits.wait(route);
      if (wait > 0 && wait <= longestWait) await sleep(this.clock, wait, call.signal);
      this.#limits.spend(route);
      const answer = await this.#exchange(method, path, call, token).catch((error: unknown) => {
        if (method !== 'GET' || attempt > 1 || call.signal?.aborted) throw error;
        return undefined; // often only a kept connection that died in the meantime
      });
      if (!answer) continue;
      this.#limits.learn(route, answer.headers);
      if (answer.ok) return answer.body as T;
      const error = toError(answer);
      if (
        error.status === 401 &&
        error.code === ErrorCode.Unauthorized &&
        token !== undefined &&
        refused === undefined
      ) {
        refused = token;
        continue;
      }
      const again = (error.retryAfter ?? 1) * 1000;
      const repeatable = error.status === 429 || (error.status === 503 && method !== 'POST');
      if (!repeatable || attempt >= kTries || again > longestWait) throw error;
      await sleep(this.clock, again, call.signal);
    }
  }

  /** One request and the whole of its answer. */
  async #exchange(method: string, path: string, call: Call, token: string | undefined): Promise<Exchanged> {
    const query = Object.entries(call.query ?? {})
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`)
      .join('&');
    const headers: Record<string, string> = { ...call.header };
    if (token !== undefined) headers.Authorization = `Bearer ${token}`;
    if (call.body !== undefined) headers['Content-Type'] = 'application/json';
    const deadline = call.deadline ?? kDeadline;
    const end = new AbortController();
    const timer = this.clock.setTimeout(() => end.abort(new Error(`no answer within ${deadline} ms`)), deadline);
    const given = () => end.abort(call.signal?.reason);
    call.signal?.addEventListener('abort', given);
    try {
      const response = await this.fetch(`${this.base}${path}${query ? `?${query}` : ''}`, {
        method,
        headers,
        body: call.body === undefined ? null : JSON.stringify(call.body),
        cache: 'no-store',
        signal: end.signal,
      });
      const text = await response.text();
      return { ...parsed(text, response.ok), ok: response.ok, status: response.status, headers: response.headers };
    } catch (error) {
      if (call.signal?.aborted) throw call.signal.reason;
      throw new NetworkError(`the server cannot be reached: ${String(end.signal.reason ?? error)}`);
    } finally {
      this.clock.clearTimeout(timer);
      call.signal?.removeEventListener('abort', given);
    }
  }
}

interface Exchanged {
  ok: boolean;
  status: number;
  headers: Headers;
  body: unknown;
}

/** An error may be a proxy's own page; what is not JSON then has to do without. A good answer is JSON, or it broke off. */
function parsed(text: string, ok: boolean): { body: unknown } {
  try {
    return { body: text === '' ? undefined : JSON.parse(text) };
  } catch (error) {
    if (ok) throw error;
    return { body: undefined };
  }
}

function toError({ status, headers, body }: Exchanged): ApiError {
  const said = typeof body === 'object' && body !== null && 'code' in body ? (body as { code: number }) : { code: 0 };
  const error = { message: `status ${status}`, ...said };
  const header = Number(headers.get('Retry-After'));
  return apiError(status, { ...(header > 0 ? { retry_after: header } : {}), ...error });
}
