import type { OutboxEntry, OutboxStore } from './outbox.ts';
import type { RefreshTokenStore } from './tokens.ts';
import type { PositionStore } from './tracker.ts';
import type { Position, Snowflake } from './types/schemas.ts';

/**
 * Where a client keeps its login, its unsent messages and its positions between runs: a few values, each written whole. One store
 * belongs to one login at a time. {@link MemoryStore} forgets, {@link IndexedDbStore} is for browsers, `FileStore` of `@rookery/sdk/node`
 * for Node; anything else that keeps JSON will do.
 */
export interface Store {
  /** What was saved last, or undefined. */
  load(key: string): Promise<unknown>;
  /** Takes effect as a whole or not at all. `undefined` takes the value away. */
  save(key: string, value: unknown): Promise<void>;
  /** Runs `work` while no other holder of the same store runs its own. Left out, there is one holder. */
  exclusively?<T>(name: string, work: () => Promise<T>): Promise<T>;
}

/** Keeps everything as long as the program runs. */
export class MemoryStore implements Store {
  #values = new Map<string, unknown>();

  async load(key: string): Promise<unknown> {
    return this.#values.get(key);
  }
  async save(key: string, value: unknown): Promise<void> {
    this.#values.set(key, value);
  }
}

/** Keeps everything in a database of the page's origin. Tabs that open the same one take turns where the browser has locks. */
export class IndexedDbStore implements Store {
  #opening: Promise<IDBDatabase> | undefined;

  constructor(private readonly name = 'rookery-sdk') {}

  load(key: string): Promise<unknown> {
    return this.#run('readonly', (store) => store.get(key));
  }

  async save(key: string, value: unknown): Promise<void> {
    await this.#run('readwrite', (store) => (value === undefined ? store.delete(key) : store.put(value, key)));
  }

  exclusively<T>(name: string, work: () => Promise<T>): Promise<T> {
    // Without locks (no secure context) two tabs may refresh at once, which the server forgives for 60 s.
    const locks = globalThis.navigator?.locks;
    return locks ? (locks.request(`${this.name}/${name}`, work) as Promise<T>) : work();
  }

  #open(): Promise<IDBDatabase> {
    this.#opening ??= new Promise((resolve, reject) => {
      const request = indexedDB.open(this.name, 1);
      request.onupgradeneeded = () => request.result.createObjectStore('values');
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
    return this.#opening;
  }

  async #run(mode: IDBTransactionMode, work: (store: IDBObjectStore) => IDBRequest): Promise<unknown> {
    const transaction = (await this.#open()).transaction('values', mode);
    const request = work(transaction.objectStore('values'));
    return new Promise((resolve, reject) => {
      transaction.oncomplete = () => resolve(request.result);
      transaction.onabort = () => reject(transaction.error);
    });
  }
}

/** Writes the newest state, one write at a time; what changes during a write is in the next one. */
class LatestWriter {
  #dirty = false;
  #writing: Promise<void> | undefined;

  constructor(private readonly write: () => Promise<void>) {}

  /** The state has changed. It is read when the present turn is over. */
  touch(): void {
    this.#dirty = true;
    this.#writing ??= this.#run();
  }

  /** When everything so far is written, or could not be. */
  async flush(): Promise<void> {
    await this.#writing;
  }

  async #run(): Promise<void> {
    await Promise.resolve();
    while (this.#dirty) {
      this.#dirty = false;
      await this.write().catch(() => undefined); // it is in memory all the same, and goes with the next write
    }
    this.#writing = undefined;
  }
}

const kToken = 'refresh-token';
const kOutbox = 'outbox';
const kPositions = 'positions';

/** The refresh token in a {@link Store}. */
export function storedToken(store: Store): RefreshTokenStore {
  let tail: Promise<unknown> = Promise.resolve();
  const oneByOne = <T>(work: () => Promise<T>): Promise<T> => {
    const next = tail.then(work, work);
    tail = next.catch(() => undefined);
    return next;
  };
  return {
    load: async () => {
      const token = await store.load(kToken);
      return typeof token === 'string' ? token : undefined;
    },
    save: (token) => store.save(kToken, token),
    clear: () => store.save(kToken, undefined),
    exclusively: (work) => (store.exclusively ? store.exclusively('refresh', work) : oneByOne(work)),
  };
}

/** The outbox in a {@link Store}. */
export function storedOutbox(store: Store): OutboxStore {
  let latest: OutboxEntry[] = [];
  const writer = new LatestWriter(() => store.save(kOutbox, latest));
  return {
    load: async () => {
      const entries = await store.load(kOutbox);
      return Array.isArray(entries) ? (entries as OutboxEntry[]) : [];
    },
    save: (entries) => {
      latest = entries;
      writer.touch();
      return writer.flush();
    },
  };
}

interface SavedPositions {
  epoch?: string;
  positions: [Snowflake, Position][];
}

/** Positions in memory, and with a {@link Store} also there: written after the listeners have seen what moved them. */
export class Positions implements PositionStore {
  #epoch: string | undefined;
  #positions = new Map<Snowflake, Position>();
  readonly #writer: LatestWriter | undefined;

  constructor(private readonly store?: Store) {
    if (store) this.#writer = new LatestWriter(() => store.save(kPositions, this.#saved()));
  }

  get epoch(): string | undefined {
    return this.#epoch;
  }
  set epoch(epoch: string | undefined) {
    this.#epoch = epoch;
    this.#writer?.touch();
  }

  async load(): Promise<void> {
    const saved = (await this.store?.load(kPositions)) as SavedPositions | undefined;
    if (!saved || this.#positions.size > 0) return;
    this.#epoch = saved.epoch;
    this.#positions = new Map(saved.positions);
  }
  async flush(): Promise<void> {
    await this.#writer?.flush();
  }

  get(channel: Snowflake): Position | undefined {
    return this.#positions.get(channel);
  }
  set(channel: Snowflake, position: Position): void {
    this.#positions.delete(channel);
    this.#positions.set(channel, position);
    this.#writer?.touch();
  }
  delete(channel: Snowflake): void {
    this.#positions.delete(channel);
    this.#writer?.touch();
  }
  clear(): void {
    this.#positions.clear();
    this.#writer?.touch();
  }
  entries(): Iterable<[Snowflake, Position]> {
    return this.#positions.entries();
  }

  #saved(): SavedPositions | undefined {
    if (this.#positions.size === 0) return undefined;
    return { ...(this.#epoch === undefined ? {} : { epoch: this.#epoch }), positions: [...this.#positions] };
  }
}
