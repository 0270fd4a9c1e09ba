import { signal, useComputed, useSignal } from '@preact/signals';
import type { Message } from '@rookery/sdk';
import type { ComponentChildren } from 'preact';
import { client } from '../app/client.ts';
import { startEdit, startReply } from '../composer/target.ts';
import { type Conversation, tickOf } from '../conversations/conversations.ts';
import { clockTime, fullTime, t } from '../i18n/index.ts';
import { nameOf, nameOfId, people } from '../people/people.ts';
import { connection, me } from '../session/session.ts';
import { Avatar, hueOf } from '../ui/avatar.tsx';
import { Confirm } from '../ui/dialog.tsx';
import { EmojiPicker } from '../ui/emoji-picker.tsx';
import { Icon, type IconName } from '../ui/icon.tsx';
import { attempt } from '../ui/toast.tsx';
import type { Row } from './rows.ts';
import { isOnlyEmoji, plainText, Text } from './text.tsx';
import { Ticks } from './ticks.tsx';
import { replace, timelineOf } from './timeline.ts';
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
  const here = useComputed(() => active.value === message.id).value;
  const leave = () => {
    if (here) active.value = undefined;
  };
  const own = message.author.id === me.value?.id;
  const author = people.value.get(message.author.id) ?? message.author;
  const group = conversation.channel.type !== 'direct';
  const names = ['message', own ? 'own' : 'other', first ? 'first' : '', last ? 'last' : '', group ? 'in-group' : ''];
  return (
    <li
      class={names.filter(Boolean).join(' ')}
      data-seq={message.seq}
      tabIndex={-1}
      onPointerEnter={() => (active.value = message.id)}
      onPointerLeave={leave}
      onFocusIn={() => (active.value = message.id)}
      onFocusOut={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget as Node)) leave();
      }}
      onKeyDown={walk}
    >
      {group && !own ? (
        <span class="message-avatar">{last ? <Avatar id={author.id} name={nameOf(author)} size="small" /> : null}</span>
      ) : null}
      <div class="bubble-place">
        {group && !own && first ? <span class={`message-author hue-${hueOf(author.id)}`}>{nameOf(author)}</span> : null}
        <div class={isOnlyEmoji(message.content) && !message.reply_to ? 'bubble bubble-emoji' : 'bubble'}>
          {message.reply_to && !message.deleted ? <Quote message={message} onJump={onJump} /> : null}
          <Content message={message} />
          <Meta at={message.created_at} edited={message.edited_at !== undefined && !message.deleted}>
            {own && !message.deleted ? <Ticks state={tickOf(conversation, message.seq)} /> : null}
          </Meta>
        </div>
        <Reactions message={message} />
        {here && !message.deleted ? (
          <Actions message={message} own={own} mayDelete={own || conversation.channel.owner_id === me.value?.id} />
        ) : null}
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
  if (message.deleted) return <span class="text text-deleted">{t.deletedMessage}</span>;
  return <Text content={message.content} />;
}

interface MetaProps {
  at: string;
  edited?: boolean;
  children?: ComponentChildren;
}

function Meta({ at, edited, children }: MetaProps) {
  const date = new Date(at);
  return (
    <span class="meta">
      {edited ? <span>{t.edited}</span> : null}
      <time dateTime={at} title={fullTime(date)}>
        {clockTime(date)}
      </time>
      {children}
    </span>
  );
}

/** What this message answers; a click goes there. */
function Quote({ message, onJump }: { message: Message; onJump(seq: number): void }) {
  const { seq } = message.reply_to!;
  const original = timelineOf(message.channel_id).value.messages.find((one) => one.seq === seq);
  const author = original && (original.author.id === me.value?.id ? t.you : nameOf(original.author));
  return (
    <button type="button" class="quote" onClick={() => onJump(seq)}>
      <b>{author ?? t.reply}</b>
      <span>
        {original ? (original.deleted ? t.deletedMessage : plainText(original.content, nameOfId)) : t.originalGone}
      </span>
    </button>
  );
}

function toggle(message: Message, emoji: string): void {
  const mine = message.reactions.find((one) => one.emoji === emoji)?.me;
  const call = mine ? client.rest.unreact : client.rest.react;
  attempt(call(message.channel_id, message.id, emoji));
}

function Reactions({ message }: { message: Message }) {
  if (message.reactions.length === 0) return null;
  return (
    <span class="reactions">
      {message.reactions.map(({ emoji, count, me: mine }) => (
        <button
          type="button"
          key={emoji}
          class={mine ? 'reaction reaction-mine' : 'reaction'}
          aria-pressed={mine ?? false}
          aria-label={t.reactionBy(emoji, count, mine ?? false)}
          onClick={() => toggle(message, emoji)}
        >
          {emoji} <span>{count}</span>
        </button>
      ))}
    </span>
  );
}

function Actions({ message, own, mayDelete }: { message: Message; own: boolean; mayDelete: boolean }) {
  const open = useSignal<'emoji' | 'delete' | undefined>(undefined);
  const { channel_id, id } = message;
  const remove = () =>
    attempt(
      client.rest
        .deleteMessage(channel_id, id)
        .then(() => replace({ ...message, deleted: true, content: '', reactions: [] })),
    );
  return (
    // biome-ignore lint/a11y/useSemanticElements: a group of buttons, not fields of a form
    <div class="actions" role="group" aria-label={t.messageActions}>
      <Action icon="smile" label={t.react} onClick={() => (open.value = open.value ? undefined : 'emoji')} />
      <Action icon="reply" label={t.reply} onClick={() => startReply(message)} />
      {own ? <Action icon="edit" label={t.edit} onClick={() => startEdit(message)} /> : null}
      {mayDelete ? <Action icon="trash" label={t.delete} onClick={() => (open.value = 'delete')} /> : null}
      {open.value === 'emoji' ? (
        <EmojiPicker
          onPick={(emoji) => {
            open.value = undefined;
            toggle(message, emoji);
          }}
          onClose={() => (open.value = undefined)}
        />
      ) : null}
      {open.value === 'delete' ? (
        <Confirm
          title={t.deleteSure}
          text={t.deleteHint}
          action={t.delete}
          onConfirm={remove}
          onClose={() => (open.value = undefined)}
        />
      ) : null}
    </div>
  );
}

function Action({ icon, label, onClick }: { icon: IconName; label: string; onClick(): void }) {
  return (
    <button type="button" class="icon-button" aria-label={label} title={label} onClick={onClick}>
      <Icon name={icon} size={18} />
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
              {t.notSent}: {entry.failed}
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
