import type { Page } from '@playwright/test';

/** All that this browser keeps in IndexedDB, as text. */
export function memory(page: Page): Promise<string> {
  return page.evaluate(async () => {
    const database = await new Promise<IDBDatabase>((resolve, reject) => {
      const request = indexedDB.open('rookery');
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
    const tables = [...database.objectStoreNames];
    const transaction = database.transaction(tables);
    const all = await Promise.all(
      tables.map(
        (name) =>
          new Promise<unknown[]>((resolve) => {
            const request = transaction.objectStore(name).getAll();
            request.onsuccess = () => resolve(request.result);
          }),
      ),
    );
    database.close();
    return JSON.stringify(all.flat());
  });
}

/** The service worker has everything, and answers for this page. */
export async function shellKept(page: Page): Promise<void> {
  await page.evaluate(async () => {
    await navigator.serviceWorker.ready;
    if (navigator.serviceWorker.controller) return;
    await new Promise((resolve) => navigator.serviceWorker.addEventListener('controllerchange', resolve));
  });
}
