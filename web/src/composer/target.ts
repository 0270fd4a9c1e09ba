import { signal } from '@preact/signals';
import type { Message } from '@rookery/sdk';
import { openChannel } from '../app/route.ts';

/** What the composer is about to do, where that is not simply a new message. */
export const target = signal<{ kind: 'reply' | 'edit'; message: Message } | undefined>(undefined);

openChannel.subscribe(() => {
  target.value = undefined;
});

export function startReply(message: Message): void {
  target.value = { kind: 'reply', message };
  focusComposer();
}

export function startEdit(message: Message): void {
  target.value = { kind: 'edit', message };
  focusComposer();
}

export function focusComposer(): void {
  document.querySelector<HTMLTextAreaElement>('#composer')?.focus();
}
