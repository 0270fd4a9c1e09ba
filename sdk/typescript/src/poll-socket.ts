import { type Clock, sleep } from './clock.ts';
import { ApiError } from './errors.ts';
import { Close, type Frame } from './frames.ts';
import type { Socket } from './gateway.ts';
import { Op } from './types/gateway.ts';
import { ErrorCode, type PollAnswer, type PollCall } from './types/schemas.ts';

/** What a {@link PollSocket} is made of. */
export interface PollOptions {
  /** Makes one call. What an ApiError refused is not made again as it is; after any other error it is, with the same `n`. */
  poll(call: PollCall, signal: AbortSignal): Promise<PollAnswer>;
  clock: Clock;
}

const kHold = 25_000; // how long a call may be held: what the protocol allows
const kTries = 4; // of one call
const kAgain = 1000; // before a call is made again
const kOvertaken = 200; // and when it was there before the one before it

/**
 * The gateway by long polling, in the shape of a socket. One call is held by the server; what is to be said meanwhile goes with a
 * newer one, which ends it. A call whose answer was lost is made again with the same number. Answers are taken in their order,
 * whichever comes first.
 */
export class PollSocket implements Socket {
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: ((event: { code: number; reason: string }) => void) | null = null;
  onerror: ((event: unknown) => void) | null = null;
  /** There is no Hello before the first call, which carries Identify or Resume. */
  readonly clientFirst = true;
  #session = '';
  #n = 0;
  #lastSeq = 0;
  #waiting: PollCall['frames'] = [];
  #inFlight = 0; // two at most: the one that is held, and the one that ends it
  #taken: Promise<void> = Promise.resolve(); // when the answers so far are taken in
  #flushing = false;
  readonly #end = new AbortController();

  constructor(private readonly options: PollOptions) {}

  send(text: string): void {
    const frame = JSON.parse(text) as Frame;
    if (frame.op === Op.Ack) return; // each call says how far it has come
    this.#waiting.push({ ...frame });
    this.#flushSoon();
  }

  close(): void {
    this.#end.abort();
  }

  /** What is said in one turn goes in one call. */
  #flushSoon(): void {
    if (this.#flushing) return;
    this.#flushing = true;
    queueMicrotask(() => {
      this.#flushing = false;
      if (this.#waiting.length > 0 && this.#inFlight < 2 && (this.#session || this.#inFlight === 0)) this.#call();
    });
  }

  #call(): void {
    const call: PollCall = { n: ++this.#n, frames: this.#waiting.splice(0), timeout_ms: kHold };
    if (this.#session) Object.assign(call, { session_id: this.#session, s: this.#lastSeq });
    this.#inFlight++;
    const answer = this.#answer(call);
    const before = this.#taken;
    this.#taken = (async () => {
      const got = await answer;
      await before;
      this.#inFlight--;
      if (!this.#end.signal.aborted) this.#take(got);
    })();
  }

  /** The answer to this call, after as many tries as it takes; none when there is no getting through. */
  async #answer(call: PollCall): Promise<PollAnswer | undefined> {
    for (let attempt = 1; !this.#end.signal.aborted; attempt++) {
      try {
        return await this.options.poll(call, this.#end.signal);
      } catch (error) {
        const overtook = error instanceof ApiError && error.code === ErrorCode.Invalid && 'n' in error.fields;
        const final = error instanceof ApiError && !error.temporary && !overtook;
        if (final || attempt === kTries || !this.#session) return undefined;
        await sleep(this.options.clock, overtook ? kOvertaken : kAgain);
      }
    }
    return undefined;
  }

  #take(answer: PollAnswer | undefined): void {
    if (!answer) {
      this.#over(Close.Abnormal, '');
      return;
    }
    this.#session = answer.session_id;
    for (const frame of answer.frames as unknown as Frame[]) {
      if (frame.op === Op.InvalidSession) {
        this.#session = '';
        this.#n = 0;
        this.#lastSeq = 0;
      }
      if (frame.op === Op.Dispatch) {
        const s = frame.s ?? 0;
        if (this.#lastSeq > 0 && s > this.#lastSeq + 1) {
          this.#over(Close.Abnormal, ''); // an answer is lost for good: a Resume brings it
          return;
        }
        this.#lastSeq = s;
      }
      this.onmessage?.({ data: JSON.stringify(frame) });
      if (this.#end.signal.aborted) return;
    }
    if (answer.close) this.#over(answer.close.code, answer.close.reason);
    else if (this.#session && this.#inFlight === 0) this.#call();
    else if (this.#waiting.length > 0) this.#flushSoon();
  }

  #over(code: number, reason: string): void {
    this.#end.abort();
    this.onclose?.({ code, reason });
  }
}
