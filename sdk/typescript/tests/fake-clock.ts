import type { Clock } from '../src/clock.ts';

/** Time that stands still until a test moves it; chance that always says the same. */
export class FakeClock implements Clock {
  chance = 0.5;
  #now = Date.parse('2026-11-20T12:00:00.000Z');
  #next = 1;
  #timers = new Map<number, { at: number; callback: () => void }>();

  now(): number {
    return this.#now;
  }
  random(): number {
    return this.chance;
  }
  setTimeout(callback: () => void, delay: number): number {
    const timer = this.#next++;
    this.#timers.set(timer, { at: this.#now + delay, callback });
    return timer;
  }
  clearTimeout(timer: unknown): void {
    this.#timers.delete(timer as number);
  }

  /** Runs every timer that falls due on the way, and whatever promises they settle. */
  async advance(duration: number): Promise<void> {
    const end = this.#now + duration;
    await settle();
    for (;;) {
      const due = [...this.#timers].filter(([, one]) => one.at <= end).sort((a, b) => a[1].at - b[1].at)[0];
      if (!due) break;
      this.#timers.delete(due[0]);
      this.#now = Math.max(this.#now, due[1].at);
      due[1].callback();
      await settle();
    }
    this.#now = end;
  }
}

/** Lets every promise that can settle without time do so. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 50; turn++) await Promise.resolve();
}
