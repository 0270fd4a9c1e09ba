import { signal } from '@preact/signals';
import { focusComposer } from '../composer/target.ts';
import { byActivity, type Conversation, markRead, openConversation, unreadOf } from '../conversations/conversations.ts';
import { openSettings } from '../settings/open.ts';
import { goTo, openChannel } from './route.ts';

/** Whether the sheet that names the keys is open. */
export const sheetOpen = signal(false);

/** ⌘ on a Mac, Ctrl elsewhere. */
export const commandKey = /Mac|iPhone|iPad/.test(navigator.platform) ? '⌘' : 'Ctrl';

function isWriting(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches('input, textarea, select, [contenteditable]');
}

/** The next conversation in a direction for which `wanted` holds; at the end of the list there is none. */
function step(direction: 1 | -1, wanted: (one: Conversation) => boolean): void {
  const all = byActivity.peek();
  const at = all.findIndex((one) => one.channel.id === openChannel.peek());
  for (let next = at < 0 && direction < 0 ? -1 : at + direction; next >= 0 && next < all.length; next += direction) {
    if (!wanted(all[next]!)) continue;
    goTo(all[next]!.channel.id);
    return;
  }
}

function readAll(): void {
  for (const { channel } of byActivity.peek()) markRead(channel.id, channel.last_seq);
}

/** From wherever one is to the line to write on; from there, everything here is read. */
function stepBack(target: EventTarget | null): void {
  const open = openConversation.peek();
  if (!open) return;
  if (target instanceof HTMLElement && target.id === 'composer') markRead(open.channel.id, open.channel.last_seq);
  else focusComposer();
}

export function onShortcut(event: KeyboardEvent): void {
  if (event.defaultPrevented || document.querySelector('dialog[open]')) return;
  const { key, altKey, shiftKey, target } = event;
  const command = event.ctrlKey || event.metaKey;
  let act: (() => void) | undefined;
  if (command && !altKey && key.toLowerCase() === 'k')
    act = () => document.querySelector<HTMLElement>('#search')?.focus();
  else if (command && key === ',') act = () => (openSettings.value = 'account');
  else if ((command && key === '/') || (key === '?' && !isWriting(target))) act = () => (sheetOpen.value = true);
  else if (altKey && !command && (key === 'ArrowUp' || key === 'ArrowDown')) {
    act = () => step(key === 'ArrowUp' ? -1 : 1, shiftKey ? (one) => unreadOf(one) > 0 : () => true);
  } else if (key === 'Escape' && shiftKey) act = readAll;
  else if (key === 'Escape' && !command && !altKey && !(isWriting(target) && (target as HTMLElement).id === 'search')) {
    act = () => stepBack(target);
  }
  if (!act) return;
  event.preventDefault();
  act();
}
