import { signal } from '@preact/signals';
import { everything, transact } from '../app/kv.ts';
import { onSignOut } from '../app/stores.ts';

const kPause = 500;

/** A conversation's draft, as it is stored and as tabs tell each other. */
interface Draft {
  channel: string;
  text: string;
  /** When it was typed, in milliseconds of the machine's clock, which all tabs share. */
  at: number;
}

const drafts = signal<ReadonlyMap<string, string>>(new Map());
const typedAt = new Map<string, number>();
const unsaved = new Set<string>();
const others = new BroadcastChannel('rookery-drafts');
let timer: ReturnType<typeof setTimeout> | undefined;

void everything<Draft>('drafts')
  .then((stored = []) => {
    drafts.value = new Map([...stored.map(({ channel, text }) => [channel, text] as const), ...drafts.peek()]);
  })
  .catch(() => undefined);

// What another tab tells is up to kPause old: it may not take the place of what was typed here since.
others.onmessage = ({ data }: MessageEvent<Draft>) => {
  if (data.at <= (typedAt.get(data.channel) ?? 0)) return;
  typedAt.set(data.channel, data.at);
  unsaved.delete(data.channel);
  put(data.channel, data.text);
};

function put(channel: string, text: string): void {
  const next = new Map(drafts.peek());
  if (text) next.set(channel, text);
  else next.delete(channel);
  drafts.value = next;
}

export function draftOf(channel: string): string {
  return drafts.value.get(channel) ?? '';
}

export function setDraft(channel: string, text: string): void {
  put(channel, text);
  typedAt.set(channel, Date.now());
  unsaved.add(channel);
  clearTimeout(timer);
  timer = setTimeout(save, kPause);
}

function save(): void {
  clearTimeout(timer);
  if (unsaved.size === 0) return;
  const now = [...unsaved].map((channel) => ({ channel, text: draftOf(channel), at: typedAt.get(channel) ?? 0 }));
  unsaved.clear();
  void transact(['drafts'], 'readwrite', (table) => {
    for (const draft of now) {
      if (draft.text) table('drafts').put(draft, draft.channel);
      else table('drafts').delete(draft.channel);
    }
    return undefined;
  }).catch(() => undefined);
  for (const draft of now) others.postMessage(draft);
}

addEventListener('pagehide', save);

onSignOut(() => {
  clearTimeout(timer);
  unsaved.clear();
  typedAt.clear();
  drafts.value = new Map();
});
