import type { Message } from '@rookery/sdk';
import { goTo } from '../app/route.ts';
import { draftOf } from '../composer/drafts.ts';
import { listTime, t } from '../i18n/index.ts';
import { nameOf, nameOfId, people, presences } from '../people/people.ts';
import { me } from '../session/session.ts';
import { plainText, systemText } from '../timeline/text.tsx';
import { Ticks } from '../timeline/ticks.tsx';
import { typingIn, typingText } from '../timeline/typing.ts';
import { Avatar } from '../ui/avatar.tsx';
import { Icon } from '../ui/icon.tsx';
import { type Conversation, partnerOf, tickOf, titleOf, unreadOf } from './conversations.ts';
import { isQuiet } from './notify-choice.ts';

interface ConversationRowProps {
  conversation: Conversation;
  open: boolean;
  /** Which of how many it is: the list holds only what is in sight. */
  place: number;
  of: number;
}

export function ConversationRow({ conversation, open, place, of }: ConversationRowProps) {
  const { channel, preview, mentions } = conversation;
  const title = titleOf(channel);
  const partner = partnerOf(channel);
  const unread = unreadOf(conversation);
  const quiet = isQuiet(channel.id);
  const at = channel.last_message_at;
  const own = preview?.type === 'text' && !preview.deleted && preview.author.id === me.value?.id;
  return (
    <li aria-posinset={place} aria-setsize={of}>
      <button
        type="button"
        class={open ? 'row row-open' : 'row'}
        aria-current={open ? 'page' : undefined}
        tabIndex={-1}
        onClick={() => goTo(channel.id)}
      >
        <Avatar
          id={partner ?? channel.id}
          name={title}
          presence={partner ? presences.value.get(partner)?.status : undefined}
        />
        <span class="row-words">
          <span class="row-line">
            <span class="row-title">{title}</span>
            {own && preview ? <Ticks state={tickOf(conversation, preview.seq)} /> : null}
            {at ? <time dateTime={at}>{listTime(new Date(at))}</time> : null}
          </span>
          <span class="row-line">
            <Excerpt conversation={conversation} open={open} />
            {mentions > 0 ? (
              <span class="badge badge-mention" role="img" aria-label={t.mentioned}>
                @
              </span>
            ) : null}
            {quiet ? (
              <span class="row-quiet" role="img" aria-label={t.muted} title={t.muted}>
                <Icon name="mute" size={16} />
              </span>
            ) : null}
            {unread > 0 ? (
              <span class={quiet ? 'badge badge-quiet' : 'badge'}>
                <span aria-hidden="true">{unread > 999 ? '999+' : unread}</span>
                <span class="visually-hidden">{t.unreadCount(unread)}</span>
              </span>
            ) : null}
          </span>
        </span>
      </button>
    </li>
  );
}

function Excerpt({ conversation, open }: { conversation: Conversation; open: boolean }) {
  const { channel, preview } = conversation;
  const typing = typingIn(channel.id);
  const draft = open ? '' : draftOf(channel.id);
  if (typing.length > 0) return <span class="row-text row-typing">{typingText(typing)}</span>;
  if (draft) {
    return (
      <span class="row-text">
        <span class="row-draft">{t.draft}:</span> {draft}
      </span>
    );
  }
  if (!preview) return <span class="row-text">{channel.last_seq === 0 ? t.noMessages : ' '}</span>;
  return <span class="row-text">{excerpt(preview, channel.type === 'group')}</span>;
}

function excerpt(message: Message, named: boolean): string {
  if (message.type === 'system') return systemText(message);
  if (message.deleted) return t.deletedMessage;
  const own = message.author.id === me.value?.id;
  const author = own ? t.you : nameOf(people.value.get(message.author.id) ?? message.author);
  const text = plainText(message.content, nameOfId);
  return named || own ? `${author}: ${text}` : text;
}
