import { client } from '../app/client.ts';
import { onSignOut } from '../app/stores.ts';

// Telling the server what was read. Op 69 has no reply, so what was said lately is said again with every connection.

const kEvery = 1000; // a burst of messages is not a burst of frames
const kRepeated = 50;

const said = new Map<string, number>();
const waiting = new Set<string>();
let timer: ReturnType<typeof setTimeout> | undefined;
let last = 0;

export function sayRead(channel: string, seq: number): void {
  said.delete(channel); // the latest stand last
  said.set(channel, seq);
  waiting.add(channel);
  if (timer === undefined) timer = setTimeout(say, Math.max(0, last + kEvery - Date.now()));
}

function say(): void {
  timer = undefined;
  last = Date.now();
  for (const channel of waiting) client.gateway.read(channel, said.get(channel) ?? 0);
  waiting.clear();
}

client.on('state', (state) => {
  if (state.kind !== 'online') return;
  for (const [channel, seq] of [...said].slice(-kRepeated)) client.gateway.read(channel, seq);
});

onSignOut(() => {
  clearTimeout(timer);
  timer = undefined;
  said.clear();
  waiting.clear();
});
