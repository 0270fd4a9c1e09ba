import { batch, signal } from '@preact/signals';
import type { ConnectionState, Credentials, Instance, User } from '@rookery/sdk';
import { cache } from '../app/cache.ts';
import { client } from '../app/client.ts';
import { goTo } from '../app/route.ts';
import { emptyStores, recallStores } from '../app/stores.ts';
import { t } from '../i18n/index.ts';

export const phase = signal<'starting' | 'signed-out' | 'signed-in'>('starting');
export const me = signal<User | undefined>(undefined);
export const instance = signal<Instance | undefined>(undefined);
/** Whether this login belongs to an administrator, as its token says. */
export const administrator = signal(false);
export const connection = signal<ConnectionState>({ kind: 'idle' });
/** Whether there is something to show: the first READY of this login came, or there is a memory of the last visit. */
export const ready = signal(false);
/** What the browser says of the network: a guess, and no word on the connection. */
export const networkUp = signal(navigator.onLine);
/** Shown above the form: why one is there. */
export const notice = signal<string | undefined>(undefined);

/** This page ends the login itself, and says so much about it. */
let leaving: { notice?: string } | undefined;

export async function startSession(): Promise<void> {
  void client.rest.instance().then(
    (answer) => {
      instance.value = answer;
    },
    () => undefined, // the form asks for everything then, and the server decides
  );
  if (await client.hasLogin().catch(() => false)) await comeBack();
  else phase.value = 'signed-out';
}

export async function signIn(name: string, password: string): Promise<void> {
  me.value = await client.login(name.trim(), password);
  await enter();
}

export async function register(credentials: Credentials): Promise<void> {
  me.value = await client.register(credentials);
  await enter();
}

export async function signOut(): Promise<void> {
  leaving = {};
  await client.signOut();
}

/** Deletes the account for good, with everything that this browser holds of it. A wrong password throws, and nothing happens. */
export async function deleteAccount(password: string): Promise<void> {
  leaving = { notice: t.accountDeleted }; // the server ends the login while it answers
  try {
    await client.rest.deleteMe(password);
  } catch (error) {
    leaving = undefined;
    throw error;
  }
  await client.signOut();
}

async function enter(): Promise<void> {
  notice.value = undefined;
  phase.value = 'signed-in';
  await client.start();
}

/** Shows the last visit's picture, and connects meanwhile. */
async function comeBack(): Promise<void> {
  const user = await cache.me();
  if (user) {
    me.value = user;
    await recallStores();
    ready.value = true;
  }
  await enter();
}

client.on('state', (state) => {
  connection.value = state;
});

client.on('READY', (d) => {
  batch(() => {
    notice.value = undefined;
    phase.value = 'signed-in'; // in another tab, it may be
    me.value = d.user;
    ready.value = true;
    administrator.value = client.permissions.includes('admin');
  });
  cache.keepMe(d.user);
});

client.on('USER_UPDATE', (user) => {
  if (user.id !== me.value?.id) return;
  me.value = user;
  cache.keepMe(user);
});

client.on('signedOut', ({ reason }) => {
  if (phase.peek() === 'signed-out') return;
  batch(() => {
    notice.value = reason === 'disabled' ? t.accountDisabled : leaving ? leaving.notice : t.sessionEnded;
    leaving = undefined;
    administrator.value = false;
    phase.value = 'signed-out';
    me.value = undefined;
    ready.value = false;
    emptyStores();
    goTo(undefined, true);
  });
});

addEventListener('online', () => {
  networkUp.value = true;
  client.gateway.probe();
});
addEventListener('offline', () => {
  networkUp.value = false;
  if (connection.peek().kind === 'online') client.gateway.probe(); // the browser may be wrong: the connection itself is asked
});

const kAwayAfter = 5 * 60_000;
let awayTimer: ReturnType<typeof setTimeout> | undefined;

document.addEventListener('visibilitychange', () => {
  clearTimeout(awayTimer);
  if (document.visibilityState === 'visible') {
    client.gateway.setPresence('online');
    client.gateway.probe(); // a machine that slept may hold a dead socket
  } else {
    awayTimer = setTimeout(() => client.gateway.setPresence('away'), kAwayAfter);
  }
});
