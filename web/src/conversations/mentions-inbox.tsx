import { useSignal } from '@preact/signals';
import type { Message } from '@rookery/sdk';
import { useEffect, useRef } from 'preact/hooks';
import { client } from '../app/client.ts';
import { t } from '../i18n/index.ts';
import { remember } from '../people/people.ts';
import { me } from '../session/session.ts';
import { jumpToMessage } from '../timeline/jump.ts';
import { MessageCard } from '../timeline/message-card.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Icon } from '../ui/icon.tsx';
import { sentence } from '../ui/problem.ts';
import { conversations, titleOf } from './conversations.ts';

const kPage = 25;

/** Every message that mentioned this user, the newest first, whatever conversation it stands in. */
export function MentionsInbox({ onClose }: { onClose(): void }) {
  const messages = useSignal<Message[]>([]);
  const state = useSignal<'more' | 'asking' | 'end' | 'failed'>('more');
  const wrong = useSignal('');
  const end = useRef<HTMLDivElement>(null);

  const load = async () => {
    if (state.peek() === 'asking' || state.peek() === 'end') return;
    state.value = 'asking';
    try {
      const before = messages.peek().at(-1)?.id;
      const page = await client.rest.mentions(before ? { limit: kPage, before } : { limit: kPage });
      remember(page.map((one) => one.author));
      const known = new Set(messages.peek().map((one) => one.id));
      messages.value = [...messages.peek(), ...page.filter((one) => !known.has(one.id))];
      state.value = page.length < kPage ? 'end' : 'more';
    } catch (error) {
      wrong.value = sentence(error);
      state.value = 'failed';
    }
  };
  // The end of the list, when it comes into sight, asks for what comes after it.
  useEffect(() => {
    const sight = new IntersectionObserver((entries) => {
      if (entries.some((one) => one.isIntersecting) && state.peek() === 'more') void load();
    });
    sight.observe(end.current!);
    return () => sight.disconnect();
  }, [messages.value.length]);
  useEffect(() => {
    const news = (message: Message) => {
      const mentioned = message.mention_everyone || message.mentions.includes(me.peek()?.id ?? '');
      if (!mentioned || message.author.id === me.peek()?.id) return;
      if (!messages.peek().some((one) => one.id === message.id)) messages.value = [message, ...messages.peek()];
    };
    const changed = (d: { message: Message }) => {
      messages.value = messages.peek().map((one) => (one.id === d.message.id ? d.message : one));
    };
    const offs = [
      client.on('MESSAGE_CREATE', news),
      client.on('MENTION_CREATE', (d) => news(d.message)),
      client.on('MESSAGE_UPDATE', changed),
      client.on('MESSAGE_DELETE', changed),
      client.on('state', (one) => {
        if (one.kind === 'online' && state.peek() === 'failed') void load();
      }),
    ];
    return () => {
      for (const off of offs) off();
    };
  }, []);

  const shown = messages.value.filter((one) => !one.deleted);
  return (
    <Dialog title={t.mentions} onClose={onClose} drawer>
      {shown.length > 0 ? (
        <ul class="message-cards">
          {shown.map((message) => {
            const conversation = conversations.value.get(message.channel_id);
            return (
              <MessageCard
                key={message.id}
                message={message}
                place={conversation ? titleOf(conversation.channel) : t.conversationGone}
                unread={conversation !== undefined && message.seq > conversation.readSeq}
                onJump={() => {
                  onClose();
                  jumpToMessage(message.channel_id, message.seq);
                }}
              />
            );
          })}
        </ul>
      ) : state.value === 'end' ? (
        <div class="panel-empty">
          <Icon name="at" size={40} />
          <h3>{t.noMentions}</h3>
          <p class="muted">{t.noMentionsHint(me.value?.username ?? '')}</p>
        </div>
      ) : null}
      <div class="panel-more" ref={end}>
        {state.value === 'asking' ? <span class="spinner" /> : null}
        {state.value === 'failed' ? (
          <p role="alert">
            {wrong.value}{' '}
            <button type="button" class="link" onClick={() => void load()}>
              {t.tryAgain}
            </button>
          </p>
        ) : null}
      </div>
    </Dialog>
  );
}
