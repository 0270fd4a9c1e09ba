import { effect, signal } from '@preact/signals';
import type { Message } from '@rookery/sdk';
import { client } from '../app/client.ts';
import { goTo } from '../app/route.ts';
import { onSignOut } from '../app/stores.ts';
import { conversations, titleOf, unreadOf } from '../conversations/conversations.ts';
import { isNews, isWanted } from '../conversations/notify-choice.ts';
import { nameOf, nameOfId, people } from '../people/people.ts';
import { me } from '../session/session.ts';
import { preferences } from '../settings/preferences.ts';
import { plainText } from '../timeline/text.tsx';

// A message that comes while nobody looks at the page, in any of its tabs, is announced by one of them: by the system, and with a sound.

const kTextMax = 180;
const kAttending = 'rookery-attending';
const kHeldFor = 3000;

/** What the browser says about announcing; `unsupported` also where the page has no secure connection. */
export const permission = signal<NotificationPermission | 'unsupported'>(asked());

function asked(): NotificationPermission | 'unsupported' {
  return 'Notification' in globalThis && isSecureContext ? Notification.permission : 'unsupported';
}

/** Asks the person, by the browser's own question, where that was not answered yet. */
export async function askPermission(): Promise<boolean> {
  if (asked() === 'default') await Notification.requestPermission();
  permission.value = asked();
  return permission.value === 'granted';
}

const shown = new Map<string, Notification>(); // by channel
const announced = new Set<string>(); // ids of messages, the latest few

const attending = () => document.visibilityState === 'visible' && document.hasFocus();

let stopAttending: (() => void) | undefined;

/** The tab that is looked at holds a lock, so that the others know and stay silent. */
function tellTabs(): void {
  if (!navigator.locks) return;
  if (!attending()) {
    stopAttending?.();
    stopAttending = undefined;
  } else if (!stopAttending) {
    const until = new Promise<void>((resolve) => {
      stopAttending = resolve;
    });
    void navigator.locks.request(kAttending, { mode: 'shared' }, () => until);
  }
}

/** Whether it is this tab's turn: nobody looks at another, and none was quicker. */
async function isOurs(id: string): Promise<boolean> {
  if (!navigator.locks) return true;
  const { held } = await navigator.locks.query();
  if (held?.some((lock) => lock.name === kAttending)) return false;
  return new Promise((resolve) => {
    void navigator.locks.request(`rookery-announce-${id}`, { ifAvailable: true }, (lock) => {
      resolve(lock !== null);
      return lock && new Promise((release) => setTimeout(release, kHeldFor));
    });
  });
}

async function announce(message: Message): Promise<void> {
  const { notifications, sound } = preferences.peek();
  if (!(notifications || sound) || attending() || announced.has(message.id)) return;
  if (message.type !== 'text' || message.deleted || message.author.id === me.peek()?.id) return;
  if (!isNews(message)) return;
  announced.add(message.id);
  if (announced.size > 100) announced.delete(announced.values().next().value!);
  if (!(await isOurs(message.id)) || !(await isWanted(message))) return;
  if (sound) void import('./sound.ts').then(({ playSound }) => playSound()).catch(() => undefined);
  if (notifications && asked() === 'granted') show(message);
}

function show(message: Message): void {
  const { channel_id, content, author } = message;
  const channel = conversations.peek().get(channel_id)?.channel;
  const name = nameOf(people.peek().get(author.id) ?? author);
  const direct = !channel || channel.type === 'direct';
  const text = plainText(content, nameOfId).slice(0, kTextMax);
  const notification = new Notification(direct ? name : titleOf(channel), {
    body: direct ? text : `${name}: ${text}`,
    tag: `rookery-${channel_id}`, // a later one of the same conversation takes its place
    silent: true, // the sound is the page's own, and only where somebody wants it
  });
  notification.onclick = () => {
    window.focus();
    goTo(channel_id);
    notification.close();
  };
  shown.set(channel_id, notification);
}

function withdraw(channel: string): void {
  shown.get(channel)?.close();
  shown.delete(channel);
}

// What was read, here or elsewhere, needs no announcing any more.
effect(() => {
  const all = conversations.value;
  for (const id of [...shown.keys()]) {
    const conversation = all.get(id);
    if (!conversation || unreadOf(conversation) === 0) withdraw(id);
  }
});

client.on('MESSAGE_CREATE', (message) => void announce(message));
client.on('MENTION_CREATE', (d) => void announce(d.message));

for (const event of ['focus', 'blur']) addEventListener(event, tellTabs);
document.addEventListener('visibilitychange', tellTabs);
tellTabs();

onSignOut(() => {
  for (const id of [...shown.keys()]) withdraw(id);
  announced.clear();
});
