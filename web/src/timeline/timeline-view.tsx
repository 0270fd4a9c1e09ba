import { useSignal, useSignalEffect } from '@preact/signals';
import { useEffect, useLayoutEffect, useMemo, useRef } from 'preact/hooks';
import { unsent } from '../composer/outbox.ts';
import { type Conversation, markRead, unreadOf } from '../conversations/conversations.ts';
import { dayName, t } from '../i18n/index.ts';
import { me } from '../session/session.ts';
import { Avatar } from '../ui/avatar.tsx';
import { Icon } from '../ui/icon.tsx';
import { takeJump, wantedJump } from './jump.ts';
import { MessageRow, UnsentRow } from './message-row.tsx';
import { type Row, rowsOf } from './rows.ts';
import { ScrollKeeper } from './scroll-keeper.ts';
import { systemText } from './text.tsx';
import { loadNewest, loadOlder, loadUntil, timelineOf } from './timeline.ts';
import './timeline.css';

const kLoadAt = 600; // pixels above what is seen, from which on older messages are read

interface TimelineViewProps {
  conversation: Conversation;
  title: string;
  /** Filled in here: scrolls to the newest message. */
  toEnd: { current: () => void };
}

export function TimelineView({ conversation, title, toEnd }: TimelineViewProps) {
  const { channel } = conversation;
  const box = useRef<HTMLDivElement>(null);
  const keeper = useMemo(() => new ScrollKeeper(), []);
  const placed = useRef(false); // whether the first look has its place
  const atEnd = useSignal(true);
  const newAfter = useSignal(unreadOf(conversation) > 0 ? conversation.readSeq : undefined);
  const timeline = timelineOf(channel.id).value;
  const entries = unsent.value.filter((entry) => entry.channel_id === channel.id);
  const self = me.value?.id ?? '';
  const rows = rowsOf(timeline.messages, entries, self, newAfter.value);

  const attend = () => {
    const seen = keeper.lastSeenSeq();
    if (seen && attending()) markRead(channel.id, seen);
  };
  const scrolled = () => {
    keeper.record();
    atEnd.value = keeper.atEnd;
    if (box.current!.scrollTop < kLoadAt) void loadOlder(channel.id);
    attend();
  };
  toEnd.current = () => {
    newAfter.value = undefined;
    keeper.toEnd();
  };

  useEffect(() => keeper.attach(box.current!), []);
  useLayoutEffect(() => {
    keeper.restore();
    if (timeline.loaded && !placed.current) {
      placed.current = true;
      keeper.toNew();
    }
  }, [timeline, entries.length, newAfter.value]);
  useEffect(() => {
    if (timeline.loaded) scrolled();
  }, [timeline]);
  useEffect(() => {
    addEventListener('focus', attend);
    document.addEventListener('visibilitychange', attend);
    return () => {
      removeEventListener('focus', attend);
      document.removeEventListener('visibilitychange', attend);
    };
  }, []);
  // What comes while nobody looks stands below the "new" line.
  useSignalEffect(() => {
    const newest = timelineOf(channel.id).value.messages.at(-1);
    if (!newest || attending() || newest.author.id === me.peek()?.id) return;
    if (newAfter.peek() === undefined && newest.seq > conversation.readSeq) newAfter.value = newest.seq - 1;
  });

  const jumpTo = async (seq: number) => {
    if (await loadUntil(channel.id, seq)) requestAnimationFrame(() => keeper.show(seq));
  };
  useSignalEffect(() => {
    if (wantedJump.value?.channel !== channel.id || !timelineOf(channel.id).value.loaded) return;
    const goal = takeJump(channel.id);
    if (goal !== undefined) void jumpTo(goal);
  });

  return (
    <div class="timeline-place">
      <div
        class="timeline"
        ref={box}
        onScroll={scrolled}
        onKeyDown={enter}
        role="log"
        aria-live="off"
        aria-label={t.messages(title)}
        aria-busy={timeline.loading}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable with the keyboard
        tabIndex={0}
      >
        <ol class="messages">
          {timeline.loaded && timeline.atStart ? <Beginning conversation={conversation} title={title} /> : null}
          {timeline.loading ? (
            <li class="timeline-loading">
              <span class="spinner" />
            </li>
          ) : null}
          {timeline.failed ? (
            <li class="timeline-failed">
              {t.historyFailed}{' '}
              <button
                type="button"
                class="link"
                onClick={() => void (timeline.loaded ? loadOlder(channel.id) : loadNewest(channel.id))}
              >
                {t.tryAgain}
              </button>
            </li>
          ) : null}
          {rows.map((row) => (
            <OneRow key={row.key} row={row} conversation={conversation} onJump={jumpTo} />
          ))}
        </ol>
      </div>
      {atEnd.value ? null : (
        <button
          type="button"
          class="to-latest"
          aria-label={t.toLatest}
          title={t.toLatest}
          onClick={() => {
            keeper.toEnd();
          }}
        >
          <Icon name="down" />
          {unreadOf(conversation) > 0 ? <span class="badge">{unreadOf(conversation)}</span> : null}
        </button>
      )}
    </div>
  );
}

/** From the list into it: the arrow key goes to the newest message. */
function enter(event: KeyboardEvent): void {
  const list = event.currentTarget as HTMLElement;
  if (event.target !== list || event.key !== 'ArrowUp') return;
  event.preventDefault();
  [...list.querySelectorAll<HTMLElement>('.message')].at(-1)?.focus();
}

function attending(): boolean {
  return document.visibilityState === 'visible' && document.hasFocus();
}

function OneRow({ row, conversation, onJump }: { row: Row; conversation: Conversation; onJump(seq: number): void }) {
  switch (row.kind) {
    case 'day':
      return (
        <li class="day">
          <span>{dayName(row.date)}</span>
        </li>
      );
    case 'new':
      return (
        <li class="new-line">
          <span>{t.newMessages}</span>
        </li>
      );
    case 'system':
      return (
        <li class="system" data-seq={row.message.seq}>
          {systemText(row.message)}
        </li>
      );
    case 'message':
      return <MessageRow row={row} conversation={conversation} onJump={onJump} />;
    case 'unsent':
      return <UnsentRow row={row} />;
  }
}

function Beginning({ conversation, title }: { conversation: Conversation; title: string }) {
  const { channel } = conversation;
  const direct = channel.type === 'direct';
  const other = channel.recipients?.find((user) => user.id !== me.value?.id);
  return (
    <li class="beginning">
      <Avatar id={direct ? (other?.id ?? channel.id) : channel.id} name={title} size="huge" />
      <h2>{title}</h2>
      {direct && other ? <p class="muted">@{other.username}</p> : null}
      <p class="muted">
        {direct ? t.beginningDirect(title) : t.beginningGroup(title)} {channel.last_seq === 0 ? t.beginningHint : null}
      </p>
    </li>
  );
}
