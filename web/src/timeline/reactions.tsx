import { useSignal } from '@preact/signals';
import type { Message, Reaction, User } from '@rookery/sdk';
import { useEffect, useRef } from 'preact/hooks';
import { client } from '../app/client.ts';
import { listOf, t } from '../i18n/index.ts';
import { nameOf } from '../people/people.ts';
import { me } from '../session/session.ts';
import { Popover } from '../ui/popover.tsx';
import { attempt } from '../ui/toast.tsx';

export function toggleReaction(message: Message, emoji: string): void {
  const mine = message.reactions.find((one) => one.emoji === emoji)?.me;
  const call = mine ? client.rest.unreact : client.rest.react;
  attempt(call(message.channel_id, message.id, emoji));
}

export function Reactions({ message }: { message: Message }) {
  if (message.reactions.length === 0) return null;
  return (
    <span class="reactions">
      {message.reactions.map((reaction) => (
        <Chip key={reaction.emoji} message={message} reaction={reaction} />
      ))}
    </span>
  );
}

const kHover = 350;
const kNamed = 10; // names; the rest is counted

/** One emoji with how many took it; the pointer resting on it, or the focus, shows who. */
function Chip({ message, reaction: { emoji, count, me: mine = false } }: { message: Message; reaction: Reaction }) {
  const button = useRef<HTMLButtonElement>(null);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const who = useSignal<User[] | undefined>(undefined);
  const hide = () => {
    clearTimeout(timer.current);
    who.value = undefined;
  };
  const show = () => {
    clearTimeout(timer.current);
    timer.current = setTimeout(async () => {
      const users = await client.rest.reactions(message.channel_id, message.id, emoji).catch(() => []);
      if (button.current?.matches(':hover, :focus-visible')) who.value = users;
    }, kHover);
  };
  useEffect(() => hide, [count]);
  const named = who.value?.slice(0, kNamed).map((user) => (user.id === me.value?.id ? t.you : nameOf(user))) ?? [];
  const more = (who.value?.length ?? 0) - named.length;
  return (
    <>
      <button
        type="button"
        ref={button}
        class={mine ? 'reaction reaction-mine' : 'reaction'}
        aria-pressed={mine}
        aria-label={t.reactionBy(emoji, count, mine)}
        onPointerEnter={(event) => event.pointerType === 'mouse' && show()}
        onPointerLeave={hide}
        onFocus={show}
        onBlur={hide}
        onClick={() => toggleReaction(message, emoji)}
      >
        {emoji} <span>{count}</span>
      </button>
      {named.length > 0 ? (
        <Popover anchor={button} onClose={hide} class="tip">
          <span role="tooltip">
            <span class="tip-emoji">{emoji}</span>
            {listOf(more > 0 ? [...named, t.andMore(more)] : named)}
          </span>
        </Popover>
      ) : null}
    </>
  );
}
