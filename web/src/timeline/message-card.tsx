import type { Message } from '@rookery/sdk';
import type { ComponentChildren } from 'preact';
import { fullTime, listTime, t } from '../i18n/index.ts';
import { nameOf, nameOfId, people } from '../people/people.ts';
import { me } from '../session/session.ts';
import { Avatar } from '../ui/avatar.tsx';
import { plainText } from './text.tsx';
import './message-card.css';

interface MessageCardProps {
  message: Message;
  /** Where it stands, where that is not plain. */
  place?: string;
  unread?: boolean;
  onJump(): void;
  /** What else can be done with it. */
  children?: ComponentChildren;
}

/** A message outside of its conversation; a click goes there. */
export function MessageCard({ message, place, unread, onJump, children }: MessageCardProps) {
  const own = message.author.id === me.value?.id;
  const author = people.value.get(message.author.id) ?? message.author;
  const at = new Date(message.created_at);
  return (
    <li class={unread ? 'message-card message-card-unread' : 'message-card'}>
      <button type="button" class="message-card-body" title={t.jump} onClick={onJump}>
        <Avatar id={author.id} name={nameOf(author)} size="small" />
        <span class="message-card-words">
          <span class="message-card-head">
            <b>{own ? t.you : nameOf(author)}</b>
            {unread ? <span class="message-card-dot" role="img" aria-label={t.unreadMark} /> : null}
            <time dateTime={message.created_at} title={fullTime(at)}>
              {listTime(at)}
            </time>
          </span>
          {place ? <span class="message-card-place">{place}</span> : null}
          <span class="message-card-text">
            {message.deleted ? t.deletedMessage : plainText(message.content, nameOfId)}
          </span>
        </span>
      </button>
      {children}
    </li>
  );
}
