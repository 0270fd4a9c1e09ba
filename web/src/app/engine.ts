import {
  Client,
  type ClientEvents,
  type ConnectionState,
  type Device,
  type OutboxEntry,
  type OutboxStore,
  type Presence,
  type RefreshTokenStore,
} from '@rookery/sdk';
import { everything, kv, transact } from './kv.ts';

// One connection for all tabs of this browser: the SDK's client, with the login and what is unsent. It runs in a SharedWorker, or, where
// there is none, in each page by itself; a page speaks with it over a port either way.

/** What a tab says. `call`s with an `id` are answered. */
export type ToEngine =
  | { hello: Device }
  /** It holds this lock as long as it lives. */
  | { lock: string }
  | { bye: true }
  | { call: keyof Calls; args: unknown[]; id?: number };

/** What a tab hears. */
export type FromEngine =
  | { event: keyof ClientEvents; value: unknown }
  | { read: [channel: string, seq: number] }
  | { answer: number; value?: unknown; error?: { name: string; message: string } }
  /** Of the login, before its READY. */
  | { permissions: readonly string[] }
  | { here: true };

type Login = Parameters<Client['adopt']>[0];

export interface Calls {
  adopt(login: Login): Promise<void>;
  hasLogin(): Promise<boolean>;
  start(): Promise<void>;
  signOut(): Promise<void>;
  access(refused?: string): Promise<string>;
  track(channel: Parameters<Client['track']>[0]): void;
  connect(): void;
  probe(): void;
  retryNow(): void;
  read(channel: string, seq: number): void;
  typing(channel: string): void;
  subscribe(channels: string[], users: string[]): void;
  setPresence(status: 'online' | 'away'): void;
  send(entry: OutboxEntry): void;
  retry(nonce: string): void;
  discard(nonce: string): void;
}

interface Tab {
  port: MessagePort;
  channels: string[];
  users: string[];
  away: boolean;
  /** It wants to know how things stand, and was not told yet. */
  waiting: boolean;
}

const kRefreshToken = 'refresh-token';
const kChannelsMax = 100;
const kUsersMax = 500;
const kPage = 100;

const kEvents = Object.keys({
  READY: 1,
  RESUMED: 1,
  SYNCED: 1,
  MESSAGE_CREATE: 1,
  MESSAGE_UPDATE: 1,
  MESSAGE_DELETE: 1,
  MESSAGE_REACTION_ADD: 1,
  MESSAGE_REACTION_REMOVE: 1,
  CHANNEL_CREATE: 1,
  CHANNEL_UPDATE: 1,
  CHANNEL_DELETE: 1,
  CHANNEL_MEMBER_ADD: 1,
  CHANNEL_MEMBER_REMOVE: 1,
  CHANNEL_UNREAD: 1,
  RECEIPT_UPDATE: 1,
  READ_UPDATE: 1,
  MENTION_CREATE: 1,
  TYPING_START: 1,
  PRESENCE_UPDATE: 1,
  USER_UPDATE: 1,
  state: 1,
  outbox: 1,
  sent: 1,
  reset: 1,
  signedOut: 1,
} satisfies Record<keyof ClientEvents, 1>) as (keyof ClientEvents)[];

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
  // Pages of two versions, or without a SharedWorker, share the token, and using it up twice would end the login. Without locks (no secure
  // context) the server's 60 s of grace help.
  exclusively: (work) => (navigator.locks ? navigator.locks.request('rookery-refresh', work) : work()),
};

/** Each unsent message by itself: what another engine put there is not ours to overwrite. */
class Unsent implements OutboxStore {
  #saved = new Map<string, OutboxEntry>();

  async load(): Promise<OutboxEntry[]> {
    const found = (await everything<OutboxEntry>('outbox').catch(() => undefined)) ?? [];
    for (const entry of found) this.#saved.set(entry.nonce, entry);
    return found.sort((a, b) => a.created_at.localeCompare(b.created_at));
  }

  async save(entries: OutboxEntry[]): Promise<void> {
    const before = this.#saved;
    this.#saved = new Map(entries.map((entry) => [entry.nonce, entry]));
    await transact(['outbox'], 'readwrite', (table) => {
      for (const entry of entries) if (before.get(entry.nonce) !== entry) table('outbox').put(entry, entry.nonce);
      for (const nonce of before.keys()) if (!this.#saved.has(nonce)) table('outbox').delete(nonce);
      return undefined;
    });
  }
}

export class Engine {
  readonly #tabs = new Set<Tab>();
  readonly #presences = new Map<string, Presence>();
  #client: Client | undefined;
  #state: ConnectionState = { kind: 'idle' };
  #outbox: readonly OutboxEntry[] = [];
  #epoch = '';

  attach(port: MessagePort): void {
    const tab: Tab = { port, channels: [], users: [], away: false, waiting: false };
    port.onmessage = ({ data }: MessageEvent<ToEngine>) => {
      if ('hello' in data) this.#hello(tab, data.hello);
      else if ('lock' in data) void navigator.locks.request(data.lock, () => this.#leave(tab));
      else if ('bye' in data) this.#leave(tab);
      else void this.#answer(tab, data);
    };
  }

  #hello(tab: Tab, device: Device): void {
    this.#client ??= this.#open(device);
    this.#tabs.add(tab);
    tell(tab, { here: true });
    tell(tab, { event: 'state', value: this.#state });
    tell(tab, { event: 'outbox', value: this.#outbox });
  }

  #leave(tab: Tab): void {
    if (!this.#tabs.delete(tab)) return;
    this.#presence();
    this.#subscribe();
  }

  #open(device: Device): Client {
    const client = new Client({ server: '', device, tokens: refreshToken, outbox: new Unsent(), missed: 'reset' });
    for (const event of kEvents) {
      client.on(event, (value) => {
        this.#note(event, value);
        for (const tab of this.#tabs) {
          if (event === 'READY') tell(tab, { permissions: client.permissions });
          tell(tab, { event, value });
        }
        if (event === 'state' && this.#state.kind === 'online') void this.#introduce();
      });
    }
    return client;
  }

  #note(event: keyof ClientEvents, value: unknown): void {
    switch (event) {
      case 'state':
        this.#state = value as ConnectionState;
        break;
      case 'outbox':
        this.#outbox = value as OutboxEntry[];
        break;
      case 'READY':
        this.#epoch = (value as ClientEvents['READY']).epoch;
        for (const tab of this.#tabs) tab.waiting = false;
        break;
      case 'PRESENCE_UPDATE':
        this.#presences.set((value as Presence).user_id, value as Presence);
        break;
      case 'signedOut':
        this.#presences.clear();
        void kv.clear().catch(() => undefined);
        break;
    }
  }

  /** How things stand, for tabs that came while the connection was there: as READY would have said it. */
  async #introduce(): Promise<void> {
    const waiting = [...this.#tabs].filter((tab) => tab.waiting);
    if (waiting.length === 0 || !this.#client) return;
    for (const tab of waiting) tab.waiting = false;
    const { rest, permissions } = this.#client;
    try {
      const [user, page] = await Promise.all([rest.me(), rest.channels({ limit: kPage })]);
      const value = {
        v: 1,
        session_id: '',
        user,
        channels: page.channels,
        more: page.cursor !== null,
        guilds: [],
        epoch: this.#epoch,
      };
      for (const tab of waiting) {
        tell(tab, { permissions });
        tell(tab, { event: 'READY', value });
      }
    } catch {
      for (const tab of waiting) tab.waiting = true; // with the next connection
    }
  }

  async #answer(tab: Tab, { call, args, id }: Extract<ToEngine, { call: string }>): Promise<void> {
    try {
      const value = await (this.#calls(tab)[call] as (...args: unknown[]) => unknown)(...args);
      if (id !== undefined) tell(tab, { answer: id, value });
    } catch (error) {
      const { name, message } = error as Error;
      if (id !== undefined) tell(tab, { answer: id, error: { name, message } });
    }
  }

  #calls(tab: Tab): Calls {
    const client = this.#client!;
    const { gateway, outbox } = client;
    return {
      adopt: async (login) => {
        await kv.clear().catch(() => undefined); // nothing of whoever was here before
        await client.adopt(login);
      },
      hasLogin: () => client.hasLogin(),
      start: async () => {
        tab.waiting = true;
        if (this.#state.kind === 'online') await this.#introduce();
        else await client.start();
      },
      signOut: () => client.signOut(),
      access: (refused) => client.accessToken(refused),
      track: (channel) => client.track(channel),
      connect: () => gateway.start(),
      probe: () => gateway.probe(),
      retryNow: () => gateway.retryNow(),
      read: (channel, seq) => {
        gateway.read(channel, seq);
        for (const other of this.#tabs) if (other !== tab) tell(other, { read: [channel, seq] });
      },
      typing: (channel) => gateway.typing(channel),
      subscribe: (channels, users) => {
        const before = new Set(tab.users);
        tab.channels = channels;
        tab.users = users;
        this.#subscribe();
        for (const user of users) {
          const value = before.has(user) ? undefined : this.#presences.get(user);
          if (value) tell(tab, { event: 'PRESENCE_UPDATE', value });
        }
      },
      setPresence: (status) => {
        tab.away = status === 'away';
        this.#presence();
      },
      send: (entry) => outbox.take(entry),
      retry: (nonce) => outbox.retry(nonce),
      discard: (nonce) => outbox.discard(nonce),
    };
  }

  #subscribe(): void {
    const tabs = [...this.#tabs].reverse(); // the newest first, where it is too much
    const channels = [...new Set(tabs.flatMap((tab) => tab.channels))].slice(0, kChannelsMax);
    const users = [...new Set(tabs.flatMap((tab) => tab.users))].slice(0, kUsersMax);
    for (const user of this.#presences.keys()) if (!users.includes(user)) this.#presences.delete(user);
    this.#client?.gateway.subscribe(channels, users);
  }

  #presence(): void {
    const tabs = [...this.#tabs];
    if (tabs.length > 0) this.#client?.gateway.setPresence(tabs.every((tab) => tab.away) ? 'away' : 'online');
  }
}

function tell(tab: Tab, message: FromEngine): void {
  tab.port.postMessage(message);
}
