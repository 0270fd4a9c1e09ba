import { signal } from '@preact/signals';
import type { Message } from '@rookery/sdk';
import { conversations, titleOf } from '../conversations/conversations.ts';
import { isWanted } from '../conversations/notify-choice.ts';
import { t } from '../i18n/index.ts';
import { nameOf, nameOfId, people } from '../people/people.ts';
import { me } from '../session/session.ts';
import { plainText, systemText } from '../timeline/text.tsx';
import { client } from './client.ts';
import { openChannel } from './route.ts';
import { onSignOut } from './stores.ts';

// Reads what comes in aloud, when the reader's voice has a pause; nothing of what is muted. The list of messages is silent itself, so that
// paging back says nothing.

const kGather = 1000; // a burst of messages is one sentence, not a minute of talking
const kTextMax = 200;

const said = signal('');
let waiting: Message[] = [];
let timer: ReturnType<typeof setTimeout> | undefined;

function sentenceOf(message: Message): string {
  if (message.type === 'system') return systemText(message);
  const name = nameOf(people.peek().get(message.author.id) ?? message.author);
  const text = `${name}: ${plainText(message.content, nameOfId).slice(0, kTextMax)}`;
  const channel = conversations.peek().get(message.channel_id)?.channel;
  if (message.channel_id === openChannel.peek() || !channel) return text;
  return channel.type === 'direct' ? text : `${titleOf(channel)}. ${text}`;
}

function say(): void {
  timer = undefined;
  said.value = waiting.length === 1 ? sentenceOf(waiting[0]!) : t.newMessagesCount(waiting.length);
  waiting = [];
}

async function arrived(message: Message): Promise<void> {
  const self = me.peek()?.id;
  if (message.author.id === self || message.deleted) return;
  if (!(await isWanted(message)) || me.peek()?.id !== self) return;
  waiting.push(message);
  timer ??= setTimeout(say, kGather);
}

client.on('MESSAGE_CREATE', (message) => void arrived(message));

onSignOut(() => {
  clearTimeout(timer);
  timer = undefined;
  waiting = [];
  said.value = '';
});

export function Live() {
  return (
    <div class="visually-hidden" aria-live="polite" data-live>
      {said.value}
    </div>
  );
}
