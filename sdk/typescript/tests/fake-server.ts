// As much of the protocol as the SDK's tests need: one user, channels, sessions with a ring, catch-up, nonces. Frames arrive in the turn
// in which they are sent. What goes wrong is switched on by the test.

import type { Socket } from '../src/gateway.ts';
import type { ChannelWithReadState, Message, Position, User } from '../src/types/schemas.ts';
import { FakePolling } from './fake-polling.ts';

interface Frame {
  op: number;
  t?: string;
  i?: number;
  d?: never;
}

interface Session {
  id: string;
  seq: number;
  ring: { op: 0; t: string; s: number; d: unknown }[];
  socket: FakeSocket | undefined;
}

export const self: User = user('1', 'ada');
export const other: User = user('2', 'bo');

function user(id: string, username: string): User {
  return { id, username, display_name: username, bot: false, created_at: '2026-01-01T00:00:00.000Z' };
}

export class FakeSocket implements Socket {
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: ((event: { code: number; reason: string }) => void) | null = null;
  onerror: ((event: unknown) => void) | null = null;
  readonly sent: Frame[] = [];
  readyState = 1;
  closedWith: number | undefined;

  constructor(private readonly server: FakeServer) {}

  send(text: string): void {
    const frame = JSON.parse(text) as Frame;
    this.sent.push(frame);
    this.server.receive(this, frame);
  }
  close(code?: number): void {
    this.closedWith = code;
    this.server.closed(this, code);
  }

  /** From the server, or, with 1006, from the network. */
  end(code: number, reason = ''): void {
    this.server.closed(this, code);
    this.onclose?.({ code, reason });
  }
  push(frame: object): void {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }
  of(op: number): Frame[] {
    return this.sent.filter((frame) => frame.op === op);
  }
}

export class FakeServer {
  readonly sockets: FakeSocket[] = [];
  readonly messages = new Map<string, Message[]>();
  readonly changes = new Map<string, { rev: number; t: string; d: unknown }[]>();
  readonly calls: string[] = [];
  /** Refuses the next identify or resume with 4004. */
  refuseToken = false;
  /** Answers no request: the connection breaks between the write and the reply. */
  swallowReplies = false;
  /** Refuses the next sends, first to last. */
  refusals: { code: number; message: string; retry_after?: number; errors?: Record<string, string> }[] = [];
  recovers = true;
  /** The connection breaks after so many messages of the offline queue. */
  queueBreaksAfter = Number.POSITIVE_INFINITY;
  answersHeartbeats = true;
  reachable = true;
  blocksWebSockets = false;
  readonly polling = new FakePolling(this);
  epoch = 'one';
  limits: Record<string, number> = {};
  refreshes = 0;
  #sessions = new Map<string, Session>();

  get socket(): FakeSocket {
    return this.sockets.at(-1)!;
  }

  open = (): FakeSocket => {
    const socket = new FakeSocket(this);
    this.sockets.push(socket);
    queueMicrotask(() => {
      if (this.reachable && !this.blocksWebSockets)
        socket.push({
          op: 10,
          d: { heartbeat_interval: 30_000, session_ttl: 300, limits: { frames_per_minute: 0, ...this.limits } },
        });
      else socket.end(1006);
    });
    return socket;
  };

  addChannel(id: string): void {
    this.messages.set(id, []);
    this.changes.set(id, []);
  }

  /** Somebody writes; `lost`: the live event goes nowhere, as behind a fault that the client has to notice. */
  write(channel: string, content: string, { author = other, nonce = '', lost = false } = {}): Message {
    const messages = this.messages.get(channel)!;
    const seq = messages.length + 1;
    const message: Message = {
      id: `${channel}${String(seq).padStart(4, '0')}`,
      channel_id: channel,
      seq,
      type: 'text',
      author,
      content,
      created_at: '2026-11-20T12:00:00.000Z',
      deleted: false,
      pinned: false,
      mentions: [],
      mention_everyone: false,
      mention_roles: [],
      attachments: [],
      reactions: [],
      ...(nonce ? { nonce } : {}),
    };
    messages.push(message);
    if (!lost) this.dispatch('MESSAGE_CREATE', message);
    return message;
  }

  edit(channel: string, seq: number, content: string, { lost = false } = {}): void {
    const messages = this.messages.get(channel)!;
    const message = { ...messages[seq - 1]!, content, edited_at: '2026-11-20T12:30:00.000Z' };
    messages[seq - 1] = message;
    const changes = this.changes.get(channel)!;
    const rev = changes.length + 1;
    const d = { channel_id: channel, rev, message };
    changes.push({ rev, t: 'MESSAGE_UPDATE', d });
    if (!lost) this.dispatch('MESSAGE_UPDATE', d);
  }

  dispatch(t: string, d: unknown): void {
    for (const session of this.#sessions.values()) this.#to(session, t, d);
  }

  forgetSessions(): void {
    this.#sessions.clear();
  }

  sessionOf(socket: FakeSocket): string | undefined {
    return [...this.#sessions.values()].find((session) => session.socket === socket)?.id;
  }

  closed(socket: FakeSocket, code?: number): void {
    for (const session of this.#sessions.values()) {
      if (session.socket !== socket) continue;
      session.socket = undefined;
      if (code === 1000 || code === 1001) this.#sessions.delete(session.id);
    }
  }

  receive(socket: FakeSocket, frame: Frame): void {
    if ((frame.op === 2 || frame.op === 6) && this.refuseToken) {
      this.refuseToken = false;
      socket.end(4004);
    } else if (frame.op === 2) {
      this.#identify(socket, (frame.d as unknown as { positions?: Record<string, Position> }).positions);
    } else if (frame.op === 6) {
      const { session_id, s } = frame.d as unknown as { session_id: string; s: number };
      this.#resume(socket, session_id, s);
    } else if (frame.op === 1 && this.answersHeartbeats) {
      socket.push({ op: 11 });
    } else if (frame.op === 64) {
      this.#send(socket, frame.i!, frame.d as unknown as { channel_id: string; content: string; nonce: string });
    }
  }

  #to(session: Session, t: string, d: unknown): void {
    const frame = { op: 0 as const, t, s: ++session.seq, d };
    session.ring.push(frame);
    session.socket?.push(frame);
  }

  #identify(socket: FakeSocket, positions: Record<string, Position> | undefined): void {
    const session: Session = { id: `s${this.#sessions.size + this.sockets.length}`, seq: 0, ring: [], socket };
    this.#sessions.set(session.id, session);
    const channels = [...this.messages.keys()].map((id) => this.#channel(id));
    this.#to(session, 'READY', { v: 1, session_id: session.id, user: self, channels, more: false, epoch: this.epoch });
    for (const [channel_id, position] of Object.entries(positions ?? {})) this.#catchUp(session, channel_id, position);
    if (!positions) this.#queue(session);
  }

  /** What nobody acknowledged: here, everything. */
  #queue(session: Session): void {
    let sent = 0;
    for (const [channel_id, messages] of this.messages) {
      for (const message of messages) {
        if (++sent > this.queueBreaksAfter) {
          session.socket?.end(1006);
          return;
        }
        this.#to(session, 'MESSAGE_CREATE', message);
      }
      const rev = this.changes.get(channel_id)!.length;
      if (messages.length > 0) this.#to(session, 'SYNCED', { channel_id, seq: messages.length, rev, recovered: true });
    }
  }

  #catchUp(session: Session, channel_id: string, position: Position): void {
    const messages = this.messages.get(channel_id);
    if (!messages) {
      this.#to(session, 'SYNCED', { channel_id, gone: true });
      return;
    }
    const changes = this.changes.get(channel_id)!;
    const head = { channel_id, seq: messages.length, rev: changes.length };
    if (this.recovers) {
      for (const message of messages.slice(position.seq)) this.#to(session, 'MESSAGE_CREATE', message);
      // Each changed message once, with its last rev.
      const last = new Map(changes.slice(position.rev).map((one) => [(one.d as { message: Message }).message.id, one]));
      for (const { t, d } of last.values()) this.#to(session, t, d);
    }
    this.#to(session, 'SYNCED', { ...head, recovered: this.recovers });
  }

  #channel(id: string): ChannelWithReadState {
    const last_seq = this.messages.get(id)!.length;
    const rev = this.changes.get(id)!.length;
    return {
      id,
      type: 'direct',
      recipients: [self, other],
      member_count: 2,
      last_seq,
      rev,
      created_at: '2026-01-01T00:00:00.000Z',
      read_state: { channel_id: id, read_seq: 0, delivered_seq: 0, unread: last_seq, mention_count: 0 },
    };
  }

  #resume(socket: FakeSocket, id: string, s: number): void {
    const session = this.#sessions.get(id);
    if (!session) {
      socket.push({ op: 9, d: { resumable: false } });
      return;
    }
    session.socket = socket;
    for (const frame of session.ring.filter((one) => one.s > s)) socket.push(frame);
    this.#to(session, 'RESUMED', {});
  }

  #send(socket: FakeSocket, i: number, d: { channel_id: string; content: string; nonce: string }): void {
    const refusal = this.refusals.shift();
    if (refusal) {
      socket.push({ op: 65, i, error: refusal });
      return;
    }
    const known = this.messages.get(d.channel_id)!.find((message) => message.nonce === d.nonce);
    const message =
      known ?? this.write(d.channel_id, d.content, { author: self, nonce: d.nonce, lost: this.swallowReplies });
    if (!this.swallowReplies) socket.push({ op: 65, i, d: { message, ...(known ? { replayed: true } : {}) } });
  }

  fetch = async (input: RequestInfo | URL, init?: RequestInit): Promise<Response> => {
    const url = new URL(String(input), 'http://server');
    const path = url.pathname.replace('/api/v1', '');
    this.calls.push(`${init?.method} ${path}${url.search}`);
    if (!this.reachable) throw new TypeError('network error');
    if (path === '/gateway/poll') {
      const answer = await this.polling.call(JSON.parse(String(init?.body)), init!.signal!);
      return 'session_id' in answer
        ? json(answer)
        : json({ code: 50035, message: 'Invalid body', errors: answer }, 400);
    }
    return this.#answer(path, url.searchParams, init?.body ? JSON.parse(String(init.body)) : undefined);
  };

  #answer(path: string, query: URLSearchParams, body?: { content: string; nonce: string }): Response {
    if (path === '/auth/refresh') {
      const n = ++this.refreshes;
      return json({ session: { id: '9', access_token: `a${n}`, expires_in: 900, refresh_token: `r${n}` } });
    }
    if (path === '/gateway') return json({ url: 'ws://server/gateway' });
    const channel = /^\/channels\/([^/]+)\/(\w+)$/.exec(path);
    const limit = Number(query.get('limit') ?? 50);
    if (channel?.[2] === 'messages' && body) {
      return json(this.write(channel[1]!, body.content, { author: self, nonce: body.nonce }), 201);
    }
    if (channel?.[2] === 'messages') {
      return json(
        this.messages
          .get(channel[1]!)!
          .slice(Number(query.get('after_seq')))
          .slice(0, limit),
      );
    }
    if (channel?.[2] === 'changes') {
      return json(
        this.changes
          .get(channel[1]!)!
          .slice(Number(query.get('after_rev')))
          .slice(0, limit),
      );
    }
    return new Response(null, { status: 204 });
  }
}

export function json(body: unknown, status = 200, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(body), { status, headers });
}
