import type { Clock } from './clock.ts';

interface Bucket {
  remaining: number;
  /** When it is full again, in the clock's milliseconds. */
  resetAt: number;
}

/** What the server's answers said of its rate limits, so that a request that would be refused waits instead. */
export class RateLimits {
  #bucketOf = new Map<string, string>(); // route → bucket
  #buckets = new Map<string, Bucket>();

  constructor(private readonly clock: Clock) {}

  /** How long a request to this route should wait, in milliseconds. */
  wait(route: string): number {
    const bucket = this.#bucket(route);
    return bucket && bucket.remaining <= 0 ? Math.max(0, bucket.resetAt - this.clock.now()) : 0;
  }

  /** A request goes out: until its answer says better it is one less. */
  spend(route: string): void {
    const bucket = this.#bucket(route);
    if (bucket) bucket.remaining--;
  }

  /** Between origins a page sees these headers because the server exposes them. */
  learn(route: string, headers: Headers): void {
    const name = headers.get('X-RateLimit-Bucket');
    if (name === null) return;
    this.#bucketOf.set(route, name);
    this.#buckets.set(name, {
      remaining: Number(headers.get('X-RateLimit-Remaining')),
      resetAt: this.clock.now() + Number(headers.get('X-RateLimit-Reset-After')) * 1000,
    });
  }

  #bucket(route: string): Bucket | undefined {
    const bucket = this.#buckets.get(this.#bucketOf.get(route) ?? '');
    if (bucket && bucket.resetAt <= this.clock.now()) bucket.remaining = Number.POSITIVE_INFINITY;
    return bucket;
  }
}
