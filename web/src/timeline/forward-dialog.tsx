import { useSignal } from '@preact/signals';
import type { Message } from '@rookery/sdk';
import { client } from '../app/client.ts';
import { byActivity, partnerOf, titleOf } from '../conversations/conversations.ts';
import { t } from '../i18n/index.ts';
import { nameOf, nameOfId } from '../people/people.ts';
import { Avatar } from '../ui/avatar.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Field } from '../ui/field.tsx';
import { toast } from '../ui/toast.tsx';

const kOffered = 30;

/** What somebody wrote, as a quote with his name. Mentions become names: nobody is called by a copy. */
export function forwardedText(message: Message, name: (id: string) => string): string {
  const words = message.content
    .replace(/<@(\d+)>/g, (_, id: string) => `@${name(id)}`)
    .replace(/@everyone/g, '@\u200beveryone');
  return `**${nameOf(message.author).replace(/[\\*_~|`]/g, '\\$&')}**\n${words.replace(/^/gm, '> ')}`;
}

export function ForwardDialog({ message, onClose }: { message: Message; onClose(): void }) {
  const query = useSignal('');
  const wanted = query.value.trim().toLowerCase();
  const offered = byActivity.value.filter(({ channel }) => titleOf(channel).toLowerCase().includes(wanted));
  const forward = (channel: string, title: string) => {
    client.outbox.add(channel, forwardedText(message, nameOfId));
    toast(t.forwarded(title));
    onClose();
  };
  return (
    <Dialog title={t.forwardTo} onClose={onClose}>
      <Field label={t.conversation} value={query.value} onValue={(value) => (query.value = value)} autofocus />
      <ul class="picker-offer">
        {offered.slice(0, kOffered).map(({ channel }) => {
          const title = titleOf(channel);
          return (
            <li key={channel.id}>
              <button type="button" class="row" onClick={() => forward(channel.id, title)}>
                <Avatar id={partnerOf(channel) ?? channel.id} name={title} size="small" />
                <span class="row-title">{title}</span>
              </button>
            </li>
          );
        })}
        {offered.length === 0 ? <li class="muted">{t.noConversationCalled(query.value.trim())}</li> : null}
      </ul>
    </Dialog>
  );
}
