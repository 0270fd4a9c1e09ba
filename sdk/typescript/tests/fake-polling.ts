// Long polling in front of the fake server: numbered calls, one held, answers kept for those made again.

import type { PollAnswer, PollCall } from '../src/types/schemas.ts';
import { type FakeServer, FakeSocket } from './fake-server.ts';

interface Peer {
  socket: FakeSocket;
  session: string;
  n: number;
  out: PollAnswer['frames'];
  kept: PollAnswer | undefined;
  /** The answer to the call before, where the client did not know it yet. */
  before: PollAnswer | undefined;
  close: PollAnswer['close'];
  held: ((answer: PollAnswer) => void) | undefined;
}

export class FakePolling {
  readonly calls: PollCall[] = [];
  /** So many answers get lost on the way: the call was done. */
  losesAnswers = 0;
  #peers: Peer[] = [];

  constructor(private readonly server: FakeServer) {}

  async call(call: PollCall, signal: AbortSignal): Promise<PollAnswer | { n: string }> {
    this.calls.push(call);
    const peer =
      call.session_id === undefined
        ? this.#begin()
        : this.#peers.filter((one) => one.session === call.session_id).at(-1);
    if (!peer) return { session_id: call.session_id ?? '', n: call.n, frames: [{ op: 9, d: { resumable: false } }] };
    if (peer.before && call.n === peer.before.n) return peer.before;
    if (call.n !== peer.n && call.n !== peer.n + 1) return { n: `must be ${peer.n + 1}` };
    const answer = call.n === peer.n && peer.kept ? Promise.resolve(peer.kept) : this.#held(peer, signal);
    if (call.n === peer.n + 1) {
      peer.n = call.n;
      peer.before = peer.kept;
      peer.kept = undefined;
      for (const frame of call.frames) this.server.receive(peer.socket, frame as never);
    }
    this.#answerSoon(peer);
    const got = await answer;
    if (this.losesAnswers > 0) {
      this.losesAnswers--;
      throw new TypeError('the answer was lost');
    }
    return got;
  }

  /** As behind a fault: the calls that are held break off. */
  closeAll(code: number): void {
    for (const peer of this.#peers) {
      peer.close = { code, reason: 'closed' };
      this.#answerSoon(peer);
    }
  }

  #begin(): Peer {
    const socket = new FakeSocket(this.server);
    const peer: Peer = {
      socket,
      session: '',
      n: 0,
      out: [],
      kept: undefined,
      before: undefined,
      close: undefined,
      held: undefined,
    };
    this.#peers.push(peer);
    socket.onmessage = ({ data }) => {
      const frame = JSON.parse(String(data)) as PollAnswer['frames'][number];
      if (frame.t === 'READY') peer.session = (frame.d as { session_id: string }).session_id;
      peer.out.push(frame);
      this.#answerSoon(peer);
    };
    socket.onclose = ({ code }) => {
      peer.close = { code, reason: 'closed' };
      this.#answerSoon(peer);
    };
    socket.push({
      op: 10,
      d: { heartbeat_interval: 30_000, session_ttl: 300, limits: { frames_per_minute: 0, ...this.server.limits } },
    });
    return peer;
  }

  #held(peer: Peer, signal: AbortSignal): Promise<PollAnswer> {
    if (peer.held) {
      peer.kept = { session_id: peer.session, n: peer.n, frames: [] };
      peer.held(peer.kept);
    }
    return new Promise((resolve, reject) => {
      peer.held = resolve;
      signal.addEventListener('abort', () => reject(new DOMException('aborted', 'AbortError')));
    });
  }

  #answerSoon(peer: Peer): void {
    queueMicrotask(() => {
      if (!peer.held || (peer.out.length === 0 && !peer.close)) return;
      if (peer.session === '') peer.session = this.server.sessionOf(peer.socket) ?? '';
      peer.kept = {
        session_id: peer.session,
        n: peer.n,
        frames: peer.out,
        ...(peer.close ? { close: peer.close } : {}),
      };
      peer.out = [];
      peer.held(peer.kept);
      peer.held = undefined;
    });
  }
}
