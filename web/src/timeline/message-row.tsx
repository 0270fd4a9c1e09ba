import { signal, useComputed, useSignal } from '@preact/signals';
import type { Message } from '@rookery/sdk';
import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';
import { client } from '../app/client.ts';
import { type Conversation, tickOf } from '../conversations/conversations.ts';
import { clockTime, fullTime, t } from '../i18n/index.ts';
import { isBlocked } from '../people/blocks.ts';
import { nameOf, nameOfId, people } from '../people/people.ts';
import { showPerson } from '../people/person.tsx';
import { connection, me } from '../session/session.ts';
import { Avatar, hueOf } from '../ui/avatar.tsx';
import { Icon } from '../ui/icon.tsx';
import { whyUnsent } from '../ui/problem.ts';
import { MessageActions, opened } from './message-actions.tsx';
import { fetchOriginal, originals } from './originals.ts';
import { Reactions } from './reactions.tsx';
import type { Row } from './rows.ts';
import { isOnlyEmoji, plainText, Text } from './text.tsx';
import { Ticks } from './ticks.tsx';
import { timelineOf } from './timeline.ts';
import './message.css';

/** The one message whose actions are drawn: under the pointer, or with the focus. */
const active = signal<string | undefined>(undefined);

interface MessageRowProps {
  row: Extract<Row, { kind: 'message' }>;
  conversation: Conversation;
  onJump(seq: number): void;
}

export function MessageRow({ row, conversation, onJump }: MessageRowProps) {
  const { message, first, last } = row;
  const here = useComputed(() => active.value === message.id || opened.value?.id === message.id).value;
  const leave = () => {
    if (active.peek() === message.id) active.value = undefined;
  };
  const own = message.author.id === me.value?.id;
  const author = people.value.get(message.author.id) ?? message.author;
  const group = conversation.channel.type !== 'direct';
  const tick = own && !message.deleted ? <Ticks state={tickOf(conversation, message.seq)} /> : null;
  const names = ['message', own ? 'own' : 'other', first ? 'first' : '', last ? 'last' : '', group ? 'in-group' : ''];
  if (!own && message.mentions.includes(me.value?.id ?? '')) names.push('calls-me');
  return (
    <li
      class={names.filter(Boolean).join(' ')}
      data-seq={message.seq}
      tabIndex={-1}
      onPointerOver={() => (active.value = message.id)}
      onPointerLeave={leave}
      onFocusIn={() => (active.value = message.id)}
      onFocusOut={(event) => {
        const row = event.currentTarget;
        if (!row.contains(event.relatedTarget as Node) && !row.matches(':hover')) leave();
      }}
      onKeyDown={walk}
    >
      {group && !own ? (
        <span class="message-avatar">
          {last ? (
            // The name beside it does the same; this one is for the pointer.
            <button type="button" tabIndex={-1} aria-hidden="true" onClick={() => showPerson(message.author)}>
              <Avatar id={author.id} name={nameOf(author)} size="small" />
            </button>
          ) : null}
        </span>
      ) : null}
      <div class="bubble-place">
        {group && !own && first ? (
          <button
            type="button"
            class={`message-author hue-${hueOf(author.id)}`}
            onClick={() => showPerson(message.author)}
          >
            {nameOf(author)}
          </button>
        ) : null}
        <div
          class={
            isOnlyEmoji(message.content) && !message.reply_to && !isBlocked(author.id)
              ? 'bubble bubble-emoji'
              : 'bubble'
          }
        >
          {message.reply_to && !message.deleted ? <Quote message={message} onJump={onJump} /> : null}
          <Content message={message} />
          <Meta at={message.created_at} edited={message.deleted ? undefined : message.edited_at}>
            {message.pinned ? (
              <span class="meta-pin" role="img" aria-label={t.pinned} title={t.pinned}>
                <Icon name="pin" size={14} />
              </span>
            ) : null}
            {tick && group ? (
              <button
                type="button"
                class="meta-ticks"
                title={t.whoRead}
                onClick={() => (opened.value = { id: message.id, what: 'read' })}
              >
                {tick}
              </button>
            ) : (
              tick
            )}
          </Meta>
        </div>
        <Reactions message={message} />
        {here && !message.deleted ? <MessageActions message={message} conversation={conversation} /> : null}
      </div>
    </li>
  );
}

/** Arrow keys go from message to message. */
function walk(event: KeyboardEvent): void {
  if (event.key !== 'ArrowUp' && event.key !== 'ArrowDown') return;
  const row = event.currentTarget as HTMLElement;
  if (event.target !== row) return;
  event.preventDefault();
  let next: Element | null = row;
  do next = event.key === 'ArrowUp' ? next.previousElementSibling : next.nextElementSibling;
  while (next && !next.classList.contains('message'));
  (next as HTMLElement | null)?.focus();
}

function Content({ message }: { message: Message }) {
  const shown = useSignal(false);
  if (message.deleted) return <span class="text text-deleted">{t.deletedMessage}</span>;
  if (isBlocked(message.author.id) && !shown.value) {
    return (
      <span class="text text-deleted">
        {t.fromBlocked}{' '}
        <button type="button" class="link" onClick={() => (shown.value = true)}>
          {t.showAnyway}
        </button>
      </span>
    );
  }
  return <Text content={message.content} onPerson={showPerson} />;
}

interface MetaProps {
  at: string;
  edited?: string | undefined;
  children?: ComponentChildren;
}

function Meta({ at, edited, children }: MetaProps) {
  const date = new Date(at);
  return (
    <span class="meta">
      {edited ? <span title={fullTime(new Date(edited))}>{t.edited}</span> : null}
      <time dateTime={at} title={fullTime(date)}>
        {clockTime(date)}
      </time>
      {children}
    </span>
  );
}

/** What this message answers; a click goes there. */
function Quote({ message, onJump }: { message: Message; onJump(seq: number): void }) {
  const { id, seq } = message.reply_to!;
  const timeline = timelineOf(message.channel_id).value;
  const original = timeline.messages.find((one) => one.seq === seq) ?? originals.value.get(id);
  useEffect(() => {
    if (!original) fetchOriginal(message.channel_id, id);
  }, [id]);
  const author = original && (original.author.id === me.value?.id ? t.you : nameOfId(original.author.id));
  return (
    <button type="button" class="quote" onClick={() => onJump(seq)}>
      <b>{author ?? t.reply}</b>
      <span>
        {original ? (original.deleted ? t.deletedMessage : plainText(original.content, nameOfId)) : t.originalGone}
      </span>
    </button>
  );
}

/** A message on its way: it looks as it will, with a clock instead of ticks. */
export function UnsentRow({ row }: { row: Extract<Row, { kind: 'unsent' }> }) {
  const { entry, first, last } = row;
  const names = ['message', 'own', 'unsent', first ? 'first' : '', last ? 'last' : '', entry.failed ? 'failed' : ''];
  return (
    <li class={names.filter(Boolean).join(' ')}>
      <div class="bubble-place">
        <div class={isOnlyEmoji(entry.content) && !entry.reply_to ? 'bubble bubble-emoji' : 'bubble'}>
          <Text content={entry.content} />
          <Meta at={entry.created_at}>
            {entry.failed ? null : <Ticks state={connection.value.kind === 'online' ? 'sending' : 'waiting'} />}
          </Meta>
        </div>
        {entry.failed ? (
          <div class="failure" role="alert">
            <Icon name="alert" size={16} />
            <span>
              {t.notSent}: {whyUnsent(entry.failed)}
            </span>
            <button type="button" class="link" onClick={() => client.outbox.retry(entry.nonce)}>
              {t.tryAgain}
            </button>
            <button type="button" class="link" onClick={() => client.outbox.discard(entry.nonce)}>
              {t.discard}
            </button>
          </div>
        ) : null}
      </div>
    </li>
  );
}
