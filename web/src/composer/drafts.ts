import { signal } from '@preact/signals';
import { kv } from '../app/kv.ts';
import { onSignOut } from '../app/stores.ts';

const kKey = 'drafts';
const kPause = 500;

const drafts = signal<ReadonlyMap<string, string>>(new Map());
let timer: ReturnType<typeof setTimeout> | undefined;

void kv
  .get<[string, string][]>(kKey)
  .then((stored) => {
    if (stored) drafts.value = new Map([...stored, ...drafts.peek()]);
  })
  .catch(() => undefined);

export function draftOf(channel: string): string {
  return drafts.value.get(channel) ?? '';
}

export function setDraft(channel: string, text: string): void {
  const next = new Map(drafts.peek());
  if (text) next.set(channel, text);
  else next.delete(channel);
  drafts.value = next;
  clearTimeout(timer);
  timer = setTimeout(save, kPause);
}

function save(): void {
  clearTimeout(timer);
  void kv.set(kKey, [...drafts.peek()]).catch(() => undefined);
}

addEventListener('pagehide', save);

onSignOut(() => {
  clearTimeout(timer);
  drafts.value = new Map();
});
