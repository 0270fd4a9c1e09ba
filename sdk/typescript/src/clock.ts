/** Time and chance, so that a test can own them. Milliseconds. */
export interface Clock {
  now(): number;
  /** A number in [0, 1). */
  random(): number;
  setTimeout(callback: () => void, delay: number): unknown;
  clearTimeout(timer: unknown): void;
}

/** The machine's own time. */
export const systemClock: Clock = {
  now: () => Date.now(),
  random: () => Math.random(),
  setTimeout: (callback, delay) => globalThis.setTimeout(callback, delay),
  clearTimeout: (timer) => globalThis.clearTimeout(timer as ReturnType<typeof globalThis.setTimeout>),
};

/** Rejects with the signal's reason when it is aborted first. */
export function sleep(clock: Clock, delay: number, signal?: AbortSignal): Promise<void> {
  return abortable(
    new Promise((resolve) => {
      const timer = clock.setTimeout(resolve, delay);
      signal?.addEventListener('abort', () => clock.clearTimeout(timer), { once: true });
    }),
    signal,
  );
}

/** What `work` comes to, or the reason of the signal if that is aborted first; `work` goes on then without anybody waiting. */
export function abortable<T>(work: Promise<T>, signal?: AbortSignal): Promise<T> {
  if (!signal) return work;
  return new Promise((resolve, reject) => {
    const aborted = () => reject(signal.reason);
    if (signal.aborted) aborted();
    signal.addEventListener('abort', aborted, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', aborted));
  });
}

const kFirstDelay = 1000;
const kLongestDelay = 60_000;

/** How long to wait before attempt `n` (from 0): 1, 2, 4, … 60 s, with full jitter, so that a crowd does not come back as one. */
export function backoffDelay(n: number, clock: Clock): number {
  return Math.min(kLongestDelay, kFirstDelay * 2 ** Math.min(n, 16)) * clock.random();
}
