import {
  type Channel,
  type ClientEvents,
  type Credentials,
  type Device,
  NetworkError,
  type OutboxEntry,
  type OwnUser,
  Rest,
  SessionEnded,
  systemClock,
} from '@rookery/sdk';
import type { Calls, FromEngine, ToEngine } from './engine.ts';
import { withNextFrame } from './frames.ts';
import { transact } from './kv.ts';
import { scriptUrl } from './trusted.ts';

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

let answer = 0;
const awaited = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
const unheard: ToEngine[] = []; // said before the engine was there; for the next one, should this one never be
let heard = false;
let port: MessagePort;
let entries: readonly OutboxEntry[] = []; // as the engine knows them

function connect(to: MessagePort): void {
  port = to;
  port.onmessage = ({ data }: MessageEvent<FromEngine>) => hear(data);
  for (const message of unheard) port.postMessage(message);
}

function say(message: ToEngine): void {
  if (!heard) unheard.push(message);
  port.postMessage(message);
}

function hear(message: FromEngine): void {
  if ('here' in message) {
    heard = true;
    unheard.length = 0;
  } else if ('permissions' in message) {
    client.permissions = message.permissions;
  } else if ('event' in message) {
    if (message.event === 'outbox') entries = message.value as OutboxEntry[];
    emit(message.event, message.value);
  } else if ('read' in message) {
    for (const listener of readers) withNextFrame(() => listener(...message.read));
  } else {
    const waiting = awaited.get(message.answer);
    awaited.delete(message.answer);
    if (message.error) waiting?.reject(errorOf(message.error));
    else waiting?.resolve(message.value);
  }
}

function errorOf({ name, message }: { name: string; message: string }): Error {
  return name === 'SessionEnded' ? new SessionEnded(message) : new NetworkError(message);
}

/** One that is not answered. */
function tell<T extends keyof Calls>(call: T, ...args: Parameters<Calls[T]>): void {
  say({ call, args });
}

function ask<T extends keyof Calls>(call: T, ...args: Parameters<Calls[T]>): Promise<Awaited<ReturnType<Calls[T]>>> {
  return new Promise((resolve, reject) => {
    awaited.set(++answer, { resolve: resolve as (value: unknown) => void, reject });
    say({ call, args, id: answer });
  });
}

const listeners = new Map<keyof ClientEvents, ((value: never) => void)[]>();
const readers: ((channel: string, seq: number) => void)[] = [];

function emit(event: keyof ClientEvents, value: unknown): void {
  const known = event === 'outbox' ? withFresh(value as OutboxEntry[]) : value;
  for (const listener of listeners.get(event) ?? []) withNextFrame(() => listener(known as never));
}

const device = thisDevice();
const kLock = `rookery-tab-${device.id}-${Math.random().toString(36).slice(2)}`;

/** The engine of this page alone, where the browser has no SharedWorker, or its worker does not start. */
async function haveOwnEngine(): Promise<void> {
  const { port1, port2 } = new MessageChannel();
  connect(port1);
  const { Engine } = await import('./engine.ts');
  new Engine().attach(port2);
}

try {
  // In development the page has its own.
  if (import.meta.env.DEV) throw new Error('no worker is built');
  const worker = new SharedWorker(scriptUrl('/engine.js'), { type: 'module', name: import.meta.env.ENGINE });
  worker.onerror = () => {
    if (!heard) void haveOwnEngine();
  };
  connect(worker.port);
} catch {
  void haveOwnEngine();
}
say({ hello: device });
// Held as long as the page lives, so that the engine learns of its end however it comes.
void navigator.locks?.request(kLock, () => {
  say({ lock: kLock });
  return new Promise(() => undefined);
});
addEventListener('pagehide', () => {
  for (const entry of storing) tell('send', entry);
  say({ bye: true });
});
addEventListener('pageshow', (event) => {
  if (event.persisted) location.reload(); // it was laid aside, and much may have happened
});

const rest = new Rest('', () => ({ access: (refused) => ask('access', refused) }), systemClock);
const fresh = new Map<string, OutboxEntry>(); // written here, and not yet heard of from the engine
const storing = new Set<OutboxEntry>(); // of those, what the engine was not told of

function withFresh(entries: readonly OutboxEntry[]): readonly OutboxEntry[] {
  for (const { nonce } of entries) fresh.delete(nonce);
  return [...entries, ...fresh.values()];
}

/**
 * The one client of this page: what it asks for goes to the server by itself, what happens comes from the connection that all tabs share.
 * Its listeners are called once per frame, in the order in which things happened.
 */
export const client = {
  rest,
  permissions: [] as readonly string[],
  gateway: {
    start: () => tell('connect'),
    probe: () => tell('probe'),
    retryNow: () => tell('retryNow'),
    read: (channel: string, seq: number) => tell('read', channel, seq),
    typing: (channel: string) => tell('typing', channel),
    subscribe: (channels: readonly string[], users: readonly string[]) => tell('subscribe', [...channels], [...users]),
    setPresence: (status: 'online' | 'away') => tell('setPresence', status),
  },
  outbox: {
    /**
     * Stored here and now, so that it survives whatever happens to this page in the next moment; the engine is told when it is, so that
     * what it writes down of its fate comes later.
     */
    add: (channel: string, content: string, replyTo?: string): OutboxEntry => {
      const entry: OutboxEntry = {
        nonce: Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, '0')).join(''),
        channel_id: channel,
        content,
        created_at: new Date().toISOString(),
        ...(replyTo ? { reply_to: replyTo } : {}),
      };
      storing.add(entry);
      void transact(['outbox'], 'readwrite', (table) => table('outbox').put(entry, entry.nonce))
        .catch(() => undefined)
        .finally(() => storing.delete(entry) && tell('send', entry));
      fresh.set(entry.nonce, entry);
      emit('outbox', entries);
      return entry;
    },
    retry: (nonce: string) => tell('retry', nonce),
    discard: (nonce: string) => tell('discard', nonce),
  },
  register: async (credentials: Omit<Credentials, 'device'>): Promise<OwnUser> => {
    const login = await rest.register({ ...credentials, device });
    await ask('adopt', login);
    return login.user;
  },
  login: async (name: string, password: string): Promise<OwnUser> => {
    const login = await rest.login({ login: name, password, device });
    await ask('adopt', login);
    return login.user;
  },
  hasLogin: () => ask('hasLogin'),
  start: () => ask('start'),
  signOut: () => ask('signOut'),
  track: (channel: Channel) => tell('track', channel),
  on: <T extends keyof ClientEvents>(name: T, listener: (value: ClientEvents[T]) => void): (() => void) => {
    const mine = listener as (value: never) => void;
    listeners.set(name, [...(listeners.get(name) ?? []), mine]);
    return () => listeners.set(name, listeners.get(name)?.filter((one) => one !== mine) ?? []);
  },

  /** What another tab has read. */
  onRead: (listener: (channel: string, seq: number) => void): void => {
    readers.push(listener);
  },
};

client.on('signedOut', () => {
  fresh.clear();
  storing.clear();
});
