import { Client, type Device, type OutboxEntry, type OutboxStore, type RefreshTokenStore } from '@rookery/sdk';
import { kv } from './kv.ts';

const kRefreshToken = 'refresh-token';
const kOutbox = 'outbox';

/** Names this browser to the server; says nothing about its owner, and stays over sign-outs. */
function thisDevice(): Device {
  const key = 'rookery.device';
  const fresh = Array.from(crypto.getRandomValues(new Uint8Array(8)), (b) => b.toString(16).padStart(2, '0')).join('');
  let id = fresh;
  try {
    id = localStorage.getItem(key) ?? fresh;
    localStorage.setItem(key, id);
  } catch {
    // No storage allowed: a new name each time.
  }
  return { id, kind: 'web', name: browserName() };
}

function browserName(): string {
  const agent = navigator.userAgent;
  const browser = ['Firefox', 'Edg', 'OPR', 'Chrome', 'Safari'].find((name) => agent.includes(name)) ?? 'Browser';
  const system = ['Android', 'iPhone', 'iPad', 'Windows', 'Mac', 'Linux'].find((name) => agent.includes(name));
  const shown = { Edg: 'Edge', OPR: 'Opera' }[browser] ?? browser;
  return system ? `${shown}, ${system}` : shown;
}

let inMemory: string | undefined; // where the browser stores nothing, a login lasts as long as the page

const refreshToken: RefreshTokenStore = {
  load: async () => (await kv.get<string>(kRefreshToken).catch(() => undefined)) ?? inMemory,
  save: async (token) => {
    inMemory = token;
    await kv.set(kRefreshToken, token).catch(() => undefined);
  },
  clear: async () => {
    inMemory = undefined;
    await kv.delete(kRefreshToken).catch(() => undefined);
  },
  // Tabs share the token, and using it up twice would end the login. Without locks (no secure context) the server's 60 s of grace help.
  exclusively: (work) => (navigator.locks ? navigator.locks.request('rookery-refresh', work) : work()),
};

const unsent: OutboxStore = {
  load: async () => (await kv.get<OutboxEntry[]>(kOutbox).catch(() => undefined)) ?? [],
  save: (entries) => kv.set(kOutbox, entries),
};

export const client = new Client({
  server: '',
  device: thisDevice(),
  tokens: refreshToken,
  outbox: unsent,
  missed: 'reset',
});
