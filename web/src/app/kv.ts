// One small table in IndexedDB: the refresh token, unsent messages, drafts. All of it is deleted at sign-out.

let opening: Promise<IDBDatabase> | undefined;

function database(): Promise<IDBDatabase> {
  opening ??= new Promise((resolve, reject) => {
    const request = indexedDB.open('rookery', 1);
    request.onupgradeneeded = () => request.result.createObjectStore('kv');
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  return opening;
}

async function run<T>(mode: IDBTransactionMode, work: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const transaction = (await database()).transaction('kv', mode);
  const request = work(transaction.objectStore('kv'));
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve(request.result);
    transaction.onerror = () => reject(transaction.error);
    transaction.onabort = () => reject(transaction.error);
  });
}

export const kv = {
  get: <T>(key: string) => run('readonly', (store) => store.get(key)) as Promise<T | undefined>,
  set: (key: string, value: unknown) => run('readwrite', (store) => store.put(value, key)).then(() => undefined),
  delete: (key: string) => run('readwrite', (store) => store.delete(key)),
  clear: () => run('readwrite', (store) => store.clear()),
};
