import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { goTo } from '../app/route.ts';
import { Composer } from '../composer/composer.tsx';
import { conversations, isLarge, loadReceipts, partnerOf, titleOf } from '../conversations/conversations.ts';
import { t } from '../i18n/index.ts';
import { minute, presences, watchedChannels } from '../people/people.ts';
import { presenceText } from '../people/presence-text.ts';
import { connection } from '../session/session.ts';
import { Avatar } from '../ui/avatar.tsx';
import { Icon } from '../ui/icon.tsx';
import { lazy } from '../ui/lazy.tsx';
import { TimelineView } from './timeline-view.tsx';
import { typingIn, typingText } from './typing.ts';
import './conversation-view.css';

const Details = lazy(async () => (await import('../conversations/details.tsx')).Details);
const Pins = lazy(async () => (await import('./pins.tsx')).Pins);

/** One conversation: who it is with, what was said, and the line to write on. */
export function ConversationView({ id }: { id: string }) {
  const details = useSignal(false);
  const pins = useSignal(false);
  const toEnd = useRef<() => void>(() => undefined);
  const conversation = conversations.value.get(id);
  const large = conversation ? isLarge(conversation.channel) : false;
  const online = connection.value.kind === 'online';

  useEffect(() => {
    if (online) void loadReceipts(id);
  }, [id, online]);
  useEffect(() => {
    watchedChannels.value = large ? [id] : [];
  }, [id, large]);
  if (!conversation) return null;

  const { channel } = conversation;
  const title = titleOf(channel);
  const partner = partnerOf(channel);
  return (
    <section class="conversation" aria-label={title}>
      <header class="conversation-head">
        <button
          type="button"
          class="icon-button narrow-only"
          aria-label={t.back}
          title={t.back}
          onClick={() => goTo(undefined)}
        >
          <Icon name="back" />
        </button>
        <button type="button" class="head-button" onClick={() => (details.value = true)} aria-haspopup="dialog">
          <Avatar
            id={partner ?? channel.id}
            name={title}
            presence={partner ? presences.value.get(partner)?.status : undefined}
          />
          <span class="head-words">
            <h1>{title}</h1>
            <Status id={id} />
          </span>
        </button>
        <button
          type="button"
          class="icon-button"
          aria-label={t.pinnedMessages}
          title={t.pinnedMessages}
          onClick={() => (pins.value = true)}
        >
          <Icon name="pin" />
        </button>
        <button
          type="button"
          class="icon-button"
          aria-label={t.details}
          title={t.details}
          onClick={() => (details.value = true)}
        >
          <Icon name="info" />
        </button>
      </header>
      <TimelineView conversation={conversation} title={title} toEnd={toEnd} />
      <Composer channel={channel} title={title} onSent={() => toEnd.current()} />
      {pins.value ? <Pins channel={id} onClose={() => (pins.value = false)} /> : null}
      {details.value ? <Details conversation={conversation} onClose={() => (details.value = false)} /> : null}
    </section>
  );
}

/** Typing, else presence, else how many there are. */
function Status({ id }: { id: string }) {
  const channel = conversations.value.get(id)?.channel;
  const typing = typingIn(id);
  if (!channel) return null;
  if (typing.length > 0) return <span class="head-status head-typing">{typingText(typing)}</span>;
  const partner = partnerOf(channel);
  if (partner) {
    const text = presenceText(presences.value.get(partner), new Date(Math.max(minute.value, Date.now())));
    return <span class="head-status">{text || ' '}</span>;
  }
  const here = (channel.recipients ?? []).filter((user) => presences.value.get(user.id)?.status === 'online').length;
  return (
    <span class="head-status">
      {here > 0 ? t.membersOnline(channel.member_count, here) : t.members(channel.member_count)}
    </span>
  );
}
