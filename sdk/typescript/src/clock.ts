/** Time and chance, so that a test can own them. Milliseconds. */
export interface Clock {
  now(): number;
  /** A number in [0, 1). */
  random(): number;
  setTimeout(callback: () => void, delay: number): unknown;
  clearTimeout(timer: unknown): void;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  random: () => Math.random(),
  setTimeout: (callback, delay) => globalThis.setTimeout(callback, delay),
  clearTimeout: (timer) => globalThis.clearTimeout(timer as ReturnType<typeof globalThis.setTimeout>),
};

export function sleep(clock: Clock, delay: number): Promise<void> {
  return new Promise((resolve) => clock.setTimeout(resolve, delay));
}

const kFirstDelay = 1000;
const kLongestDelay = 60_000;

/** How long to wait before attempt `n` (from 0): 1, 2, 4, … 60 s, with full jitter, so that a crowd does not come back as one. */
export function backoffDelay(n: number, clock: Clock): number {
  return Math.min(kLongestDelay, kFirstDelay * 2 ** Math.min(n, 16)) * clock.random();
}
