import { useSignal } from '@preact/signals';
import type { Channel, Message, User } from '@rookery/sdk';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { client } from '../app/client.ts';
import { number, t } from '../i18n/index.ts';
import { isBlocked, setBlocked } from '../people/blocks.ts';
import { nameOf, nameOfId, people } from '../people/people.ts';
import { instance, me } from '../session/session.ts';
import { plainText } from '../timeline/text.tsx';
import { replace, timelineOf } from '../timeline/timeline.ts';
import { Icon } from '../ui/icon.tsx';
import { lazy } from '../ui/lazy.tsx';
import { attempt } from '../ui/toast.tsx';
import { CompletionList, type Offer, optionId } from './completion-list.tsx';
import { draftOf, setDraft } from './drafts.ts';
import { decodeMentions, encodeMentions } from './mentions.ts';
import { kOffersId, useOffers } from './offers.ts';
import { startEdit, target } from './target.ts';
import './composer.css';

const EmojiPicker = lazy(async () => (await import('../ui/emoji-picker.tsx')).EmojiPicker);

const kTypingEvery = 4000;
const kShowCount = 200; // characters left from which on they are counted

// On a phone the return key makes a line; there is a button to send.
const touch = matchMedia('(pointer: coarse)');

interface ComposerProps {
  channel: Channel;
  title: string;
  onSent(): void;
}

export function Composer(props: ComposerProps) {
  const closed = closedBecause(props.channel);
  return closed ? <Closed {...closed} /> : <Writing {...props} />;
}

interface ClosedProps {
  text: string;
  /** Whose block stands in the way, and can be taken back. */
  user?: User;
}

/** Why nothing can be written here, where that is known before one tries. */
function closedBecause(channel: Channel): ClosedProps | undefined {
  const other = channel.recipients?.find((user) => user.id !== me.value?.id);
  if (channel.type !== 'direct' || !other) return undefined;
  const user = people.value.get(other.id) ?? other;
  if (user.username === 'deleted') return { text: t.cannotWriteDeleted };
  return isBlocked(user.id) ? { text: t.cannotWriteBlocked(nameOf(user)), user } : undefined;
}

function Closed({ text, user }: ClosedProps) {
  return (
    <div class="composer">
      <div class="composer-closed">
        <span>{text}</span>
        {user ? (
          <button type="button" class="button" onClick={() => attempt(setBlocked(user, false))}>
            {t.unblock}
          </button>
        ) : null}
      </div>
    </div>
  );
}

function Writing({ channel: { id: channel, type, recipients = [] }, title, onSent }: ComposerProps) {
  const input = useRef<HTMLTextAreaElement>(null);
  const lastTyping = useRef(0);
  const emojiPlace = useRef<HTMLDivElement>(null);
  const emoji = useSignal(false);
  const editing = target.value?.kind === 'edit' ? target.value.message : undefined;
  const edited = useSignal('');
  const text = editing ? edited.value : draftOf(channel);
  const limit = instance.value?.limits.content ?? 4000;
  const left = limit - [...encodeMentions(text, recipients)].length;
  const offers = useOffers(text, type === 'direct' ? undefined : channel, recipients);
  const sendable = text.trim() !== '' && left >= 0;

  useEffect(() => {
    if (editing) edited.value = decodeMentions(editing.content, recipients);
  }, [editing?.id]);
  useEffect(() => {
    if (!touch.matches) input.current?.focus();
  }, []);
  useLayoutEffect(() => {
    const box = input.current!;
    const line = box.parentElement!;
    line.style.minHeight = `${line.offsetHeight}px`; // while it is measured, the messages above keep their room, and so their place
    box.style.height = 'auto';
    box.style.height = `${box.scrollHeight}px`;
    line.style.minHeight = '';
  }, [text]);

  const write = (value: string) => {
    if (editing) {
      edited.value = value;
      return;
    }
    setDraft(channel, value);
    const now = Date.now();
    if (value && now - lastTyping.current > kTypingEvery) {
      lastTyping.current = now;
      client.gateway.typing(channel);
    }
  };
  const send = () => {
    if (!sendable) return;
    if (editing) {
      const content = encodeMentions(text, recipients);
      if (content !== editing.content) attempt(client.rest.edit(channel, editing.id, content).then(replace));
      target.value = undefined;
      return;
    }
    client.outbox.add(channel, encodeMentions(text, recipients), target.value?.message.id);
    setDraft(channel, '');
    lastTyping.current = 0;
    target.value = undefined;
    onSent();
  };
  const keyDown = (event: KeyboardEvent) => {
    if (event.isComposing || offers.keyDown(event)) return;
    if (event.key === 'Enter' && !event.shiftKey && !touch.matches) {
      event.preventDefault();
      send();
    } else if (event.key === 'Escape' && target.value) {
      event.stopPropagation();
      target.value = undefined;
    } else if (event.key === 'ArrowUp' && text === '' && !editing) {
      const own = lastOwn(channel);
      if (own) {
        event.preventDefault();
        startEdit(own);
      }
    }
  };
  const insert = (symbol: string) => {
    emoji.value = false;
    const box = input.current!;
    const at = box.selectionEnd;
    write(text.slice(0, box.selectionStart) + symbol + text.slice(at));
    box.focus();
    requestAnimationFrame(() => box.setSelectionRange(at + symbol.length, at + symbol.length));
  };

  const pick = (offer: Offer) => {
    const box = input.current!;
    const next = offers.pick(offer);
    if (!next) return;
    write(next.text);
    box.focus();
    requestAnimationFrame(() => {
      box.setSelectionRange(next.caret, next.caret);
      offers.look(box);
    });
  };
  offers.onPick = pick;

  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        send();
        input.current?.focus();
      }}
    >
      <Target />
      {left < 0 ? (
        <p class="composer-problem" role="status">
          {t.tooLong(-left)} {t.tooLongHint(limit)}
        </p>
      ) : null}
      <div class="composer-line">
        {offers.list.length > 0 ? (
          <CompletionList
            id={kOffersId}
            offers={offers.list}
            chosen={offers.chosen}
            onChoose={offers.choose}
            onPick={pick}
          />
        ) : null}
        <div class="composer-emoji" ref={emojiPlace}>
          <button
            type="button"
            class="icon-button"
            aria-label={t.emoji}
            title={t.emoji}
            aria-expanded={emoji.value}
            onClick={() => (emoji.value = !emoji.value)}
          >
            <Icon name="smile" size={22} />
          </button>
          {emoji.value ? (
            <EmojiPicker anchor={emojiPlace} onPick={insert} onClose={() => (emoji.value = false)} />
          ) : null}
        </div>
        <textarea
          id="composer"
          ref={input}
          rows={1}
          value={text}
          placeholder={t.writeTo(title)}
          aria-label={t.writeTo(title)}
          onInput={(event) => {
            write(event.currentTarget.value);
            offers.look(event.currentTarget);
          }}
          onKeyDown={keyDown}
          onKeyUp={(event) => event.key.startsWith('Arrow') && offers.look(event.currentTarget)}
          onClick={(event) => offers.look(event.currentTarget)}
          onBlur={() => offers.look(undefined)}
          aria-autocomplete="list"
          aria-controls={offers.list.length > 0 ? kOffersId : undefined}
          aria-activedescendant={offers.list.length > 0 ? optionId(kOffersId, offers.chosen) : undefined}
          enterkeyhint={touch.matches ? 'enter' : 'send'}
        />
        {left < kShowCount ? (
          <span class={left < 0 ? 'composer-count composer-over' : 'composer-count'} title={t.charactersLeft(left)}>
            {number(left)}
          </span>
        ) : null}
        <button type="submit" class="send-button" aria-label={t.send} title={t.send} disabled={!sendable}>
          <Icon name={editing ? 'check' : 'send'} />
        </button>
      </div>
    </form>
  );
}

function lastOwn(channel: string): Message | undefined {
  return timelineOf(channel)
    .peek()
    .messages.findLast((one) => one.author.id === me.peek()?.id && one.type === 'text' && !one.deleted);
}

/** The message that is answered or edited. */
function Target() {
  if (!target.value) return null;
  const { kind, message } = target.value;
  const own = message.author.id === me.value?.id;
  return (
    <div class="composer-target">
      <Icon name={kind === 'edit' ? 'edit' : 'reply'} size={18} />
      <span class="composer-target-words">
        <b>{kind === 'edit' ? t.editing : own ? t.replyingToYourself : t.replyingTo(nameOf(message.author))}</b>
        <span>{plainText(message.content, nameOfId)}</span>
      </span>
      <button
        type="button"
        class="icon-button"
        aria-label={t.cancel}
        title={t.cancel}
        onClick={() => (target.value = undefined)}
      >
        <Icon name="close" size={18} />
      </button>
    </div>
  );
}
