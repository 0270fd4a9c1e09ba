// What the connection promises, each promise played through against a real server over a network that breaks. The same scenarios run in Node and in a browser.

import {
  Client,
  type ClientOptions,
  type Message,
  NetworkError,
  SessionEnded,
  type Store,
  systemClock,
} from '../../src/index.ts';
import type { Order } from './host.ts';
import type { Fault } from './relay.ts';

/** Where a scenario runs. */
export interface World {
  order<T>(order: Order): Promise<T>;
  /** A store that a later client with the same name finds again. */
  store(name: string): Store;
  openSocket: ClientOptions['openSocket'];
}

interface Network {
  address: string;
  cut(stay?: boolean): Promise<void>;
  heal(): Promise<void>;
  refuseUpgrade(): Promise<void>;
  plan(...faults: Fault[]): Promise<void>;
  counts(): Promise<{ upgrades: number; refused: number; faults: number; open: number }>;
}

/** Backoff without the waiting: what is tested is that it comes back, not when. */
const kQuick = { ...systemClock, random: () => 0.01 };
const kPassword = 'long enough to pass';

function check(holds: boolean, what: string): asserts holds {
  if (!holds) throw new Error(`does not hold: ${what}`);
}
function same(is: unknown, should: unknown, what: string): void {
  check(
    JSON.stringify(is) === JSON.stringify(should),
    `${what}: ${JSON.stringify(is)} should be ${JSON.stringify(should)}`,
  );
}
const numbers = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);

async function relay(world: World): Promise<Network> {
  const { proxy, address } = await world.order<{ proxy: number; address: string }>({ do: 'proxy' });
  return {
    address,
    cut: (stay = false) => world.order({ do: 'cut', proxy, stay }),
    heal: () => world.order({ do: 'heal', proxy }),
    refuseUpgrade: () => world.order({ do: 'refuse-upgrade', proxy }),
    plan: (...faults) => world.order({ do: 'plan', proxy, faults }),
    counts: () => world.order({ do: 'counts', proxy }),
  };
}

function client(world: World, options: Partial<ClientOptions> & { server: string }): Client {
  return new Client({
    device: { id: 'test', kind: 'desktop' },
    clock: kQuick,
    ...(world.openSocket ? { openSocket: world.openSocket } : {}),
    ...options,
  });
}

const fresh = () => `u${Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) => byte.toString(16)).join('')}`;

interface Pair {
  ada: Client;
  bo: Client;
  network: Network;
  channel: string;
  /** Signs Bo out and ends both. */
  end(): Promise<void>;
}

/** Ada has a good network, Bo's goes through the relay. Both are signed in, nobody is connected; they have a direct channel. */
async function pair(world: World, options: Partial<ClientOptions> = {}): Promise<Pair> {
  const network = await relay(world);
  const ada = client(world, { server: await world.order<string>({ do: 'direct' }) });
  const bo = client(world, { server: network.address, ...options });
  await ada.register({ username: fresh(), password: kPassword });
  const { id } = await bo.register({ username: fresh(), password: kPassword });
  const channel = (await ada.rest.openChannel({ recipients: [id] })).id;
  const end = async () => {
    await ada.close();
    await bo.close();
  };
  return { ada, bo, network, channel, end };
}

async function online(one: Client): Promise<void> {
  const on = new Promise<void>((resolve) => {
    const off = one.on('state', (state) => {
      if (state.kind !== 'online') return;
      off();
      resolve();
    });
  });
  await one.start();
  await on;
}

/** The next `count` of a stream. */
async function take<T>(stream: AsyncIterableIterator<T>, count: number): Promise<T[]> {
  const taken: T[] = [];
  while (taken.length < count) {
    const { value, done } = await stream.next();
    check(!done, `the stream goes on after ${taken.length} of ${count}`);
    taken.push(value as T);
  }
  return taken;
}

/** Whether a condition of the other side has come about: asked until it has. */
async function until(holds: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 20));
}

async function say(by: Client, channel: string, from: number, to: number): Promise<void> {
  for (const n of numbers(from, to)) await by.send(channel, `message ${n} ${'x'.repeat(n % 50)}`);
}

async function history(of: Client, channel: string): Promise<Message[]> {
  const all: Message[] = [];
  for (;;) {
    const page = await of.rest.messages(channel, { after_seq: all.at(-1)?.seq ?? 0, limit: 100 });
    all.push(...page);
    if (page.length < 100) return all;
  }
}

/** Counts what begins a session anew and what goes on with one. */
function beginnings(of: Client): { ready: number; resumed: number } {
  const counts = { ready: 0, resumed: 0 };
  of.on('READY', () => counts.ready++);
  of.on('RESUMED', () => counts.resumed++);
  return counts;
}

async function cuts(world: World): Promise<void> {
  const { ada, bo, network, channel, end } = await pair(world);
  const kinds: Fault['kind'][] = ['cut', 'half-close'];
  // Two before READY is through, then in the midst of frames.
  const faults: Fault[] = [30, 400, 6000, 4001, 9002, 5003, 12004, 7005].map((afterBytes, n) => ({
    kind: kinds[n % 2]!,
    afterBytes,
  }));
  await network.plan(...faults);
  const began = beginnings(bo);
  const messages = bo.messages();
  await bo.start();
  await online(ada);
  await say(ada, channel, 1, 300);
  const seen = await take(messages, 300);
  same(
    seen.map((message) => message.seq),
    numbers(1, 300),
    'every message once, in order',
  );
  same((await network.counts()).faults, faults.length, 'every fault came about');
  check(began.resumed >= faults.length - 2, `sessions go on: resumed ${began.resumed}, began ${began.ready}`);
  check(began.ready <= 2, `no session is given up: began ${began.ready}`);
  await end();
}

async function sends(world: World): Promise<void> {
  const { ada, bo, network, channel, end } = await pair(world);
  await network.plan(...[5000, 3001, 7002, 4003, 6004].map((afterBytes): Fault => ({ kind: 'cut', afterBytes })));
  const messages = ada.messages();
  await online(ada);
  // Before the first message the channel is only there for who opened it.
  same((await bo.rest.openChannel({ recipients: [ada.user!.id] })).id, channel, 'the channel of the two');
  await bo.start();
  const sent = await Promise.all(numbers(1, 120).map((n) => bo.send(channel, `${n}`)));
  same(
    sent.map((message) => message.seq),
    numbers(1, 120),
    'each is answered with its own place, in the order written',
  );
  same(
    (await take(messages, 120)).map((message) => message.content),
    numbers(1, 120).map(String),
    'the other sees each once',
  );
  same((await history(ada, channel)).length, 120, 'and so does history');
  check((await network.counts()).faults > 0, 'there were faults');
  await end();
}

async function stall(world: World): Promise<void> {
  const { ada, bo, network, channel, end } = await pair(world);
  await network.plan({ kind: 'stall', afterBytes: 5000 });
  const messages = bo.messages();
  await online(bo);
  await online(ada);
  await say(ada, channel, 1, 40);
  await until(async () => (await network.counts()).faults === 1);
  bo.gateway.probe();
  same(
    (await take(messages, 40)).map((message) => message.seq),
    numbers(1, 40),
    'a dead connection is found and replaced, and nothing is lost',
  );
  await end();
}

async function serverRestart(world: World): Promise<void> {
  const { ada, bo, channel, end } = await pair(world);
  const began = beginnings(bo);
  const messages = bo.messages();
  await online(bo);
  await online(ada);
  await say(ada, channel, 1, 20);
  const more = say(ada, channel, 21, 60); // on its way while the server dies
  await world.order({ do: 'restart' });
  await more;
  same(
    (await take(messages, 60)).map((message) => message.seq),
    numbers(1, 60),
    'positions go on where the session is lost',
  );
  check(began.ready === 2, `a second session began: ${began.ready}`);
  await end();
}

async function longAway(world: World): Promise<void> {
  const { ada, bo, network, channel, end } = await pair(world);
  const messages = bo.messages();
  const synced = bo.events('SYNCED');
  await online(bo);
  await online(ada);
  await say(ada, channel, 1, 3);
  await take(messages, 3);
  await network.cut(true);
  await say(ada, channel, 4, 340);
  const edited = (await ada.rest.messages(channel, { after_seq: 1, limit: 1 }))[0]!;
  await ada.rest.edit(channel, edited.id, 'edited meanwhile');
  const change = bo.once('MESSAGE_UPDATE');
  await world.order({ do: 'restart' }); // so that the session is gone too
  await network.heal();
  same(
    (await take(messages, 337)).map((message) => message.seq),
    numbers(4, 340),
    'what the server does not send is read from history',
  );
  same((await change).message.content, 'edited meanwhile', 'changes too');
  for (let state = await synced.next(); ; state = await synced.next()) {
    check(!state.done, 'a SYNCED comes');
    if (state.value.recovered === false) break;
  }
  await say(ada, channel, 341, 341);
  same((await take(messages, 1))[0]!.seq, 341, 'and then it is live');
  await end();
}

async function programRestart(world: World): Promise<void> {
  const name = fresh();
  const { ada, bo, network, channel, end } = await pair(world, { store: world.store(name) });
  const first = bo.messages();
  await online(bo);
  await online(ada);
  await say(ada, channel, 1, 5);
  await take(first, 5);
  await network.cut(true);
  const unsent = ['one', 'two', 'three'].map((text) => bo.send(channel, text).catch((error: unknown) => error));
  await bo.outbox.flush();
  await bo.close();
  for (const outcome of await Promise.all(unsent))
    check(outcome instanceof Error, 'the promise does not outlive the client');
  await say(ada, channel, 6, 10);
  await network.heal();

  const again = client(world, { server: network.address, store: world.store(name) });
  check(await again.hasLogin(), 'the login is there again');
  const messages = again.messages();
  const arrived = again.events('sent');
  await online(again);
  await take(arrived, 3);
  const seen = await take(messages, 8);
  same(
    seen.map((message) => message.seq),
    numbers(6, 13),
    'the positions survived: nothing comes again, nothing is left out',
  );
  same(
    (await history(ada, channel)).slice(10).map((message) => message.content),
    ['one', 'two', 'three'],
    'the outbox survived, and sent each once',
  );
  await again.signOut();
  check(!(await again.hasLogin()), 'signing out forgets the login');
  await end();
}

async function polling(world: World): Promise<void> {
  const { ada, bo, network, channel, end } = await pair(world, { tryWebSocketAfter: 300 });
  await network.refuseUpgrade();
  const messages = bo.messages();
  await online(bo);
  await online(ada);
  same(bo.gateway.transport, 'polling', 'no WebSocket gets through');
  check((await network.counts()).refused >= 3, 'it was tried');
  await say(ada, channel, 1, 10);
  same((await bo.send(channel, 'by polling')).seq, 11, 'sending works too');
  await network.heal();
  const back = until(() => bo.gateway.transport === 'websocket');
  await say(ada, channel, 12, 40);
  await back;
  await say(ada, channel, 41, 45);
  same(
    (await take(messages, 45)).map((message) => message.seq),
    numbers(1, 45),
    'nothing is lost or doubled on the way there and back',
  );
  await end();
}

async function refreshOffline(world: World): Promise<void> {
  let skew = 0;
  const clock = { ...kQuick, now: () => Date.now() + skew };
  let refreshes = 0; // that got through
  const counted: typeof fetch = async (input, init) => {
    const answer = await fetch(input, init);
    if (String(input).endsWith('/auth/refresh')) refreshes++;
    return answer;
  };
  const { ada, bo, network, channel, end } = await pair(world, { clock, fetch: counted });
  const messages = bo.messages();
  await online(bo);
  await network.cut(true);
  skew = 20 * 60_000; // the access token has expired
  const failed = await bo.rest.me().catch((error: unknown) => error);
  check(failed instanceof NetworkError, `offline is no end of the login: ${String(failed)}`);
  check(await bo.hasLogin(), 'the login stays');
  await network.heal();
  await Promise.all(numbers(1, 5).map(() => bo.rest.me()));
  await until(() => bo.gateway.state.kind === 'online');
  same(refreshes, 1, 'five callers, and the connection, share one refresh');
  await online(ada);
  await say(ada, channel, 1, 1);
  same((await take(messages, 1))[0]!.seq, 1, 'and the connection is back');
  await end();
}

async function revoked(world: World): Promise<void> {
  const { ada, bo, network, end } = await pair(world, { store: world.store(fresh()) });
  const elsewhere = client(world, { server: network.address, device: { id: 'other', kind: 'web' } });
  await elsewhere.login(bo.user!.username, kPassword);
  await online(bo);
  const messages = bo.messages();
  const over = bo.once('signedOut');
  const theirs = (await elsewhere.rest.logins()).find((login) => !login.current);
  await elsewhere.rest.endLogin(theirs!.id);
  same(await over, { reason: 'ended' }, 'a typed event says so');
  const failed = await messages.next().catch((error: unknown) => error);
  check(failed instanceof SessionEnded, `the stream ends with it: ${String(failed)}`);
  check(!(await bo.hasLogin()), 'nothing of the login is left');
  const refused = await bo.rest.me().catch((error: unknown) => error);
  check(refused instanceof SessionEnded, `later calls say it too: ${String(refused)}`);
  await elsewhere.signOut();
  await ada.close();
  await end();
}

async function stores(world: World): Promise<void> {
  const name = fresh();
  const store = world.store(name);
  same(await store.load('a'), undefined, 'an empty store');
  await store.save('a', { text: 'ü', list: [1, null] });
  await store.save('b', 'other');
  const again = world.store(name);
  same(await again.load('a'), { text: 'ü', list: [1, null] }, 'it is there for the next one');
  await again.save('a', undefined);
  same(await store.load('a'), undefined, 'and gone when taken away');
  same(await store.load('b'), 'other', 'the other one is not');
}

/** By what they promise. */
export const scenarios: Record<string, (world: World) => Promise<void>> = {
  'over cuts and half-closed sockets each message comes once, in order, and sessions go on': cuts,
  'what is sent over a network that breaks stands in the channel once, in order': sends,
  'a connection that is dead without a word is found out': stall,
  'after a restart of the server the positions go on': serverRestart,
  'what is too much to be sent again is read from history': longAway,
  'positions and outbox survive a restart of the program': programRestart,
  'where WebSocket is blocked it polls, and goes back when it is not': polling,
  'a token that expires while offline is renewed once, when there is a network': refreshOffline,
  'a revoked login ends with an event': revoked,
  'the store keeps what it is given': stores,
};
