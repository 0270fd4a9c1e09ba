/** More came than the buffer of an iterator holds, and what came then was not kept. Read history, or make the buffer larger. */
export class BufferOverrun extends Error {
  override name = 'BufferOverrun';
}

/**
 * What happens, to be taken one by one with `for await`. What comes while nobody asks is kept, up to a number; one more, and the iterator
 * gives what it kept and then throws {@link BufferOverrun}. Leaving the loop ends it.
 */
export class EventStream<T> implements AsyncIterableIterator<T> {
  #kept: T[] = [];
  #asking: { resolve(result: IteratorResult<T>): void; reject(error: unknown): void }[] = [];
  #ended: { error?: unknown } | undefined;

  constructor(
    private readonly limit: number,
    private readonly onEnd: () => void,
  ) {}

  /** One more value. */
  push(value: T): void {
    if (this.#ended) return;
    const asking = this.#asking.shift();
    if (asking) asking.resolve({ value, done: false });
    else if (this.#kept.length < this.limit) this.#kept.push(value);
    else this.end({ error: new BufferOverrun(`more than ${this.limit} were waiting to be taken`) });
  }

  /** No more values; with an error, which is thrown once what was kept is taken. */
  end(ended: { error?: unknown } = {}): void {
    if (this.#ended) return;
    this.#ended = ended;
    this.onEnd();
    for (const { resolve, reject } of this.#asking.splice(0)) {
      if ('error' in ended) reject(ended.error);
      else resolve({ value: undefined, done: true });
    }
  }

  next(): Promise<IteratorResult<T>> {
    if (this.#kept.length > 0) return Promise.resolve({ value: this.#kept.shift() as T, done: false });
    if (this.#ended) {
      const { error } = this.#ended;
      this.#ended = {}; // thrown once; after that it is only over
      return error === undefined ? Promise.resolve({ value: undefined, done: true }) : Promise.reject(error);
    }
    return new Promise((resolve, reject) => this.#asking.push({ resolve, reject }));
  }

  return(): Promise<IteratorResult<T>> {
    this.#kept = [];
    this.end();
    return Promise.resolve({ value: undefined, done: true });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
