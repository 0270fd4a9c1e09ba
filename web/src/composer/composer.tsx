import { useSignal } from '@preact/signals';
import type { Channel, Message } from '@rookery/sdk';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { client } from '../app/client.ts';
import { t } from '../i18n/index.ts';
import { nameOf, nameOfId } from '../people/people.ts';
import { instance, me } from '../session/session.ts';
import { plainText } from '../timeline/text.tsx';
import { replace, timelineOf } from '../timeline/timeline.ts';
import { EmojiPicker } from '../ui/emoji-picker.tsx';
import { Icon } from '../ui/icon.tsx';
import { attempt } from '../ui/toast.tsx';
import { draftOf, setDraft } from './drafts.ts';
import { decodeMentions, encodeMentions } from './mentions.ts';
import { startEdit, target } from './target.ts';
import './composer.css';

const kTypingEvery = 4000;
const kShowCount = 200; // characters left from which on they are counted

// On a phone the return key makes a line; there is a button to send.
const touch = matchMedia('(pointer: coarse)');

interface ComposerProps {
  channel: Channel;
  title: string;
  onSent(): void;
}

export function Composer({ channel: { id: channel, recipients = [] }, title, onSent }: ComposerProps) {
  const input = useRef<HTMLTextAreaElement>(null);
  const lastTyping = useRef(0);
  const emoji = useSignal(false);
  const editing = target.value?.kind === 'edit' ? target.value.message : undefined;
  const edited = useSignal('');
  const text = editing ? edited.value : draftOf(channel);
  const limit = instance.value?.limits.content ?? 4000;
  const left = limit - [...text].length;
  const sendable = text.trim() !== '' && left >= 0;

  useEffect(() => {
    if (editing) edited.value = decodeMentions(editing.content, recipients);
  }, [editing?.id]);
  useEffect(() => {
    if (!touch.matches) input.current?.focus();
  }, []);
  useLayoutEffect(() => {
    const box = input.current!;
    box.style.height = 'auto';
    box.style.height = `${box.scrollHeight}px`;
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
    if (event.isComposing) return;
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
      <div class="composer-line">
        <div class="composer-emoji">
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
          {emoji.value ? <EmojiPicker onPick={insert} onClose={() => (emoji.value = false)} /> : null}
        </div>
        <textarea
          id="composer"
          ref={input}
          rows={1}
          value={text}
          placeholder={t.writeTo(title)}
          aria-label={t.writeTo(title)}
          onInput={(event) => write(event.currentTarget.value)}
          onKeyDown={keyDown}
          enterkeyhint={touch.matches ? 'enter' : 'send'}
        />
        {left < kShowCount ? (
          <span class={left < 0 ? 'composer-count composer-over' : 'composer-count'} role="status">
            {left < 0 ? t.tooLong(-left) : left}
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
