import { signal } from '@preact/signals';
import { kv } from '../app/kv.ts';
import { onSignOut } from '../app/stores.ts';

const kKey = 'emoji';
const kKept = 24;
const kFirst = ['👍', '❤️', '😂', '😮', '😢', '🙏', '🎉', '🔥'];

/** What one took last, the newest first; filled up with what everybody takes. */
export const recentEmoji = signal<readonly string[]>(kFirst);

void kv
  .get<string[]>(kKey)
  .then((stored) => {
    if (stored) recentEmoji.value = filled(stored);
  })
  .catch(() => undefined);

function filled(taken: readonly string[]): string[] {
  return [...new Set([...taken, ...kFirst])].slice(0, Math.max(kFirst.length, Math.min(taken.length, kKept)));
}

export function tookEmoji(symbol: string): void {
  const next = filled([symbol, ...recentEmoji.peek().filter((one) => one !== symbol)]).slice(0, kKept);
  recentEmoji.value = next;
  void kv.set(kKey, next).catch(() => undefined);
}

onSignOut(() => {
  recentEmoji.value = kFirst;
});
