import { batch, signal } from '@preact/signals';
import type { ConnectionState, Credentials, Instance, User } from '@rookery/sdk';
import { client } from '../app/client.ts';
import { kv } from '../app/kv.ts';
import { goTo } from '../app/route.ts';
import { emptyStores } from '../app/stores.ts';
import { t } from '../i18n/index.ts';

export const phase = signal<'starting' | 'signed-out' | 'signed-in'>('starting');
export const me = signal<User | undefined>(undefined);
export const instance = signal<Instance | undefined>(undefined);
/** Whether this login belongs to an administrator, as its token says. */
export const administrator = signal(false);
export const connection = signal<ConnectionState>({ kind: 'idle' });
/** Whether the first READY of this login came. */
export const ready = signal(false);
/** What the browser says of the network. */
export const networkUp = signal(navigator.onLine);
/** Shown above the form: why one is there. */
export const notice = signal<string | undefined>(undefined);

let leaving = false;

export async function startSession(): Promise<void> {
  void client.rest.instance().then(
    (answer) => {
      instance.value = answer;
    },
    () => undefined, // the form asks for everything then, and the server decides
  );
  if (await client.hasLogin().catch(() => false)) await enter();
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
  leaving = true;
  await client.signOut();
  leaving = false;
}

/** Deletes the account for good, with everything that this browser holds of it. A wrong password throws, and nothing happens. */
export async function deleteAccount(password: string): Promise<void> {
  leaving = true; // the server ends the login while it answers
  try {
    await client.rest.deleteMe(password);
    await client.signOut();
    notice.value = t.accountDeleted;
  } finally {
    leaving = false;
  }
}

async function enter(): Promise<void> {
  notice.value = undefined;
  phase.value = 'signed-in';
  await client.start();
}

client.on('state', (state) => {
  connection.value = state;
});

client.on('READY', (d) => {
  batch(() => {
    me.value = d.user;
    ready.value = true;
    administrator.value = client.permissions.includes('admin');
  });
});

client.on('USER_UPDATE', (user) => {
  if (user.id === me.value?.id) me.value = user;
});

client.on('signedOut', ({ reason }) => {
  void kv.clear().catch(() => undefined);
  batch(() => {
    notice.value = reason === 'disabled' ? t.accountDisabled : leaving ? undefined : t.sessionEnded;
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
