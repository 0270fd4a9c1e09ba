import { signal } from '@preact/signals';
import { goTo } from '../app/route.ts';

/** Where somebody asked to be brought; the conversation's view takes it and goes there. */
export const wantedJump = signal<{ channel: string; seq: number } | undefined>(undefined);

/** Opens a conversation at one of its messages, wherever in its history that is. */
export function jumpToMessage(channel: string, seq: number): void {
  wantedJump.value = { channel, seq };
  goTo(channel);
}

export function takeJump(channel: string): number | undefined {
  const wanted = wantedJump.peek();
  if (wanted?.channel !== channel) return undefined;
  wantedJump.value = undefined;
  return wanted.seq;
}
