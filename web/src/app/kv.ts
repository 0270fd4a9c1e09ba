// What the browser keeps of one login, in IndexedDB: a small table (the refresh token), unsent messages, drafts, and the cache of what was
// last seen. All of it is deleted at sign-out.

const kTables = ['kv', 'outbox', 'drafts', 'conversations', 'tails'] as const;
export type Table = (typeof kTables)[number];

let opening: Promise<IDBDatabase> | undefined;

function database(): Promise<IDBDatabase> {
  opening ??= new Promise((resolve, reject) => {
    const request = indexedDB.open('rookery', 3);
    request.onupgradeneeded = () => {
      const there = request.result.objectStoreNames;
      for (const table of kTables) if (!there.contains(table)) request.result.createObjectStore(table);
    };
    request.onsuccess = () => {
      request.result.onversionchange = () => {
        request.result.close(); // a newer page in another tab wants to change it
        opening = undefined;
      };
      resolve(request.result);
    };
    request.onerror = () => reject(request.error);
  });
  return opening;
}

/** One transaction over some of the tables; what `work` asks for is there when it is over. */
export async function transact<T>(
  tables: readonly Table[],
  mode: IDBTransactionMode,
  work: (table: (name: Table) => IDBObjectStore) => IDBRequest<T> | undefined,
): Promise<T | undefined> {
  const transaction = (await database()).transaction(tables, mode);
  const request = work((name) => transaction.objectStore(name));
  if (mode === 'readwrite') transaction.commit(); // what a page that goes away has not committed is dropped
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve(request?.result);
    transaction.onerror = () => reject(transaction.error);
    transaction.onabort = () => reject(transaction.error);
  });
}

export const kv = {
  get: <T>(key: string) => transact(['kv'], 'readonly', (table) => table('kv').get(key)) as Promise<T | undefined>,
  set: async (key: string, value: unknown): Promise<void> => {
    await transact(['kv'], 'readwrite', (table) => table('kv').put(value, key));
  },
  delete: (key: string) => transact(['kv'], 'readwrite', (table) => table('kv').delete(key)),
  /** Everything, the cache included. */
  clear: () =>
    transact(kTables, 'readwrite', (table) => {
      for (const name of kTables) table(name).clear();
      return undefined;
    }),
};

export const everything = <T>(name: Table) =>
  transact([name], 'readonly', (table) => table(name).getAll()) as Promise<T[] | undefined>;
