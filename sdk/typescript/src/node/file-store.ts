import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Store } from '../store.ts';

/**
 * Keeps everything in a folder, a file for each value, readable for its owner only: the refresh token is among them. A file is
 * replaced as a whole, so that a crash leaves the old one or the new one. One process at a time.
 */
export class FileStore implements Store {
  constructor(private readonly folder: string) {}

  async load(key: string): Promise<unknown> {
    const text = await readFile(this.#file(key), 'utf8').catch((error: { code?: string }) => {
      if (error.code === 'ENOENT') return undefined;
      throw error;
    });
    return text === undefined ? undefined : JSON.parse(text);
  }

  async save(key: string, value: unknown): Promise<void> {
    if (value === undefined) {
      await rm(this.#file(key), { force: true });
      return;
    }
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    const fresh = `${this.#file(key)}.new`;
    const file = await open(fresh, 'w', 0o600);
    try {
      await file.writeFile(JSON.stringify(value));
      await file.datasync();
    } finally {
      await file.close();
    }
    await rename(fresh, this.#file(key));
  }

  #file(key: string): string {
    return join(this.folder, `${encodeURIComponent(key)}.json`);
  }
}
