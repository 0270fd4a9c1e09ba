import { useSignal, useSignalEffect } from '@preact/signals';
import type { OutboxEntry } from '@rookery/sdk';
import { useEffect, useLayoutEffect, useMemo, useRef } from 'preact/hooks';
import { unsent } from '../composer/outbox.ts';
import { type Conversation, markRead, unreadOf } from '../conversations/conversations.ts';
import { dayName, t } from '../i18n/index.ts';
import { connection, me } from '../session/session.ts';
import { Avatar } from '../ui/avatar.tsx';
import { Icon } from '../ui/icon.tsx';
import { takeJump, wantedJump } from './jump.ts';
import { MessageRow, UnsentRow } from './message-row.tsx';
import { type Row, rowsOf } from './rows.ts';
import { ScrollKeeper } from './scroll-keeper.ts';
import { systemText } from './text.tsx';
import {
  isHeld,
  keepInSight,
  leaveTimeline,
  loadNewer,
  loadNewest,
  loadOlder,
  openTimeline,
  raiseHead,
  recallTimeline,
  showAround,
  type Timeline,
  timelineOf,
} from './timeline.ts';
import { around, drawn, kNear, moved, type Range } from './window.ts';
import './timeline.css';

const kFirstDrawn = 40;
const kDrawnMax = 120; // at the end, where what is above is out of sight
const kPrefetch = 80; // messages beyond what is drawn that are held ready
const kWanderPause = 80; // a scroll bar on its way through a long channel loads where it rests
const kIdle = 200;
const kUnreadOnPage = 40;

interface TimelineViewProps {
  conversation: Conversation;
  title: string;
  /** Filled in here: scrolls to the newest message. */
  toEnd: { current: () => void };
}

export function TimelineView({ conversation, title, toEnd }: TimelineViewProps) {
  const { channel } = conversation;
  const box = useRef<HTMLDivElement>(null);
  const above = useRef<HTMLDivElement>(null);
  const list = useRef<HTMLOListElement>(null);
  const below = useRef<HTMLDivElement>(null);
  const keeper = useMemo(() => new ScrollKeeper(), []);
  const range = useRef<Range | undefined>(undefined);
  const wander = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const idle = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const missed = useRef<(() => Promise<void>) | undefined>(undefined); // brings him where he could not be brought
  const atEnd = useSignal(true);
  const newAfter = useSignal(unreadOf(conversation) > 0 ? conversation.readSeq : undefined);
  const redraw = useSignal(0);
  const opened = useRef(false);
  const settled = useRef(false); // the place of the "new" line is the server's word
  const known = !conversation.remembered;
  const online = connection.value.kind === 'online';
  const timeline = timelineOf(channel.id).value;
  const self = me.value?.id ?? '';
  const steady = useSteady(conversation);
  const seen = (message: Range) => keepInSight(channel.id, message.from, message.to);

  void redraw.value;
  const stretch = timeline.loaded ? stretchOf(timeline, range.current, keeper, newAfter.value) : kEmpty;
  range.current = timeline.loaded ? stretch : undefined;
  const last = stretch.to === (timeline.messages.at(-1)?.seq ?? 0);
  const tail = timeline.atEnd && last;
  const entries = last && (tail || keeper.atEnd) ? unsent.value.filter((entry) => entry.channel_id === channel.id) : [];
  const rows = useSteadyRows(rowsIn(timeline, stretch, entries, self, newAfter.value));

  const attend = () => {
    const seen = range.current && keeper.lastSeenSeq();
    if (seen && attending()) markRead(channel.id, seen);
  };
  /** Draws, reads and lets go, as the place of the sight wants it. */
  const adjust = () => {
    const { loaded, messages, atStart, atEnd, remembered } = timelineOf(channel.id).peek();
    if (!loaded || !range.current || messages.length === 0) return;
    const held = { from: messages[0]!.seq, to: messages.at(-1)!.seq };
    const spare = keeper.spare();
    if (!remembered && (spare.above < -kNear || spare.below < -kNear)) {
      const { seq } = keeper.inGap();
      clearTimeout(wander.current);
      if (seq >= held.from && seq <= held.to) arrive();
      else wander.current = setTimeout(() => void showAround(channel.id, keeper.inGap().seq), kWanderPause);
      return;
    }
    const next = moved(range.current, held, spare, (side, pixels) => keeper.seqAt(side, pixels));
    if (next !== range.current) {
      range.current = next;
      redraw.value++;
    }
    seen(next);
    if (remembered) return; // the server's word comes first
    if (!atStart && next.from - held.from < kPrefetch) void loadOlder(channel.id);
    if (!atEnd && held.to - next.to < kPrefetch) void loadNewer(channel.id);
  };
  /** The sight is in a gap, and what belongs there is held. */
  const arrive = () => {
    range.current = undefined;
    redraw.value++;
  };
  const scrolled = () => {
    if (!range.current) return;
    keeper.record();
    atEnd.value = keeper.atEnd;
    adjust();
    attend();
    clearTimeout(idle.current);
    idle.current = setTimeout(() => keeper.settle(), kIdle);
  };
  const goToEnd = async () => {
    keeper.toEnd();
    atEnd.value = true;
    if (!timelineOf(channel.id).peek().atEnd) await loadNewest(channel.id);
    const now = timelineOf(channel.id).peek();
    if (now.failed && !now.atEnd) {
      missed.current = goToEnd;
      keeper.giveUp();
      atEnd.value = keeper.atEnd;
      return;
    }
    keeper.toEnd();
    range.current = undefined;
    redraw.value++;
  };
  toEnd.current = () => {
    newAfter.value = undefined;
    void goToEnd();
  };
  const jumpTo = async (seq: number) => {
    keeper.placed = true;
    await openTimeline(channel.id, seq);
    if (!isHeld(channel.id, seq)) {
      missed.current = () => jumpTo(seq);
      return;
    }
    keeper.put({ at: 'middle', seq });
    range.current = undefined;
    redraw.value++;
  };
  const jump = useSteadyCall(jumpTo);

  /** Has the messages of the server, at what is new; what an earlier visit left stays where it is. */
  const open = () => {
    const unread = unreadOf(conversation);
    const far = unread > kUnreadOnPage;
    if (!settled.current) newAfter.value = unread > 0 ? conversation.readSeq : undefined;
    settled.current = known;
    opened.current = true;
    const { loaded, remembered } = timelineOf(channel.id).peek();
    if (far && remembered) keeper.stay();
    keeper.untilNew = !far && unread > 0 && (!loaded || remembered) && keeper.nearEnd;
    void (far ? openTimeline(channel.id, conversation.readSeq + 1, channel.last_seq) : openTimeline(channel.id));
  };

  useEffect(() => {
    const goal = takeJump(channel.id);
    const from = newAfter.peek();
    if (goal !== undefined) {
      opened.current = true;
      void jumpTo(goal);
    } else if (!known) {
      void recallTimeline(channel.id, from === undefined ? from : from + 1, channel.last_seq).then((shown) => {
        if (!shown && !opened.current) open();
      });
    }
    return () => {
      clearTimeout(wander.current);
      clearTimeout(idle.current);
      leaveTimeline(channel.id);
    };
  }, []);
  // Of a conversation that is only remembered nobody knows what is new: the server says it first.
  useEffect(() => {
    const { remembered, loading } = timelineOf(channel.id).peek();
    if (known && (!opened.current || (remembered && !loading))) open();
  }, [known, online]);
  useSignalEffect(() => {
    if (wantedJump.value?.channel !== channel.id) return;
    const goal = takeJump(channel.id);
    if (goal !== undefined) void jumpTo(goal);
  });
  useEffect(() => {
    if (timeline.loaded) raiseHead(channel.id, channel.last_seq);
  }, [channel.last_seq, timeline.loaded]);
  useLayoutEffect(
    () =>
      keeper.attach(
        { box: box.current!, above: above.current!, list: list.current!, below: below.current! },
        () => range.current && adjust(),
      ),
    [],
  );
  useLayoutEffect(() => {
    if (!timeline.loaded) return;
    keeper.restore({ ...stretch, head: timeline.head, tail });
    if (keeper.placed) atEnd.value = keeper.atEnd;
    adjust();
  }, [timeline, stretch.from, stretch.to, entries.length, newAfter.value, redraw.value]);
  useEffect(() => {
    if (timeline.loaded) attend();
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
    const { messages, atEnd } = timelineOf(channel.id).value;
    const newest = messages.at(-1);
    if (!newest || !atEnd || attending() || newest.author.id === me.peek()?.id) return;
    if (newAfter.peek() === undefined && newest.seq > conversation.readSeq) newAfter.value = newest.seq - 1;
  });

  const bring = () => {
    const go = missed.current;
    missed.current = undefined;
    void go?.();
    return go !== undefined;
  };
  // With the next connection a failure is forgotten, and he is brought there.
  useEffect(() => {
    if (!timeline.failed && !timeline.loading) bring();
  }, [timeline.failed, timeline.loading]);
  const again = () => {
    if (bring()) return;
    if (timeline.loaded) adjust();
    else void loadNewest(channel.id);
  };
  return (
    <div class="timeline-place">
      <div
        class="timeline"
        ref={box}
        onScroll={scrolled}
        onKeyDown={(event) => {
          enter(event);
          // The end of what is drawn is not the end of the channel, and the gap below is only a guess.
          if (event.key !== 'End' || event.target !== box.current || event.ctrlKey || event.altKey || event.metaKey)
            return;
          event.preventDefault();
          void goToEnd();
        }}
        role="log"
        aria-live="off"
        aria-label={t.messages(title)}
        aria-busy={timeline.loading}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable with the keyboard
        tabIndex={0}
      >
        <div class="timeline-content">
          <div class="timeline-gap" ref={above} />
          <ol class="messages" ref={list}>
            {timeline.loaded && timeline.atStart && stretch.from <= 1 ? (
              <Beginning conversation={conversation} title={title} />
            ) : null}
            {rows.map((row) => (
              <OneRow key={row.key} row={row} conversation={steady} onJump={jump} />
            ))}
          </ol>
          <div class="timeline-gap" ref={below} />
        </div>
      </div>
      {timeline.loading && !timeline.loaded ? (
        <div class="timeline-loading">
          <span class="spinner" />
        </div>
      ) : null}
      {timeline.failed ? (
        <div class="timeline-failed" role="status">
          {t.historyFailed}{' '}
          <button type="button" class="link" onClick={again}>
            {t.tryAgain}
          </button>
        </div>
      ) : null}
      {atEnd.value ? null : (
        <button
          type="button"
          class="to-latest"
          aria-label={t.toLatest}
          title={t.toLatest}
          onClick={() => void goToEnd()}
        >
          <Icon name="down" />
          {unreadOf(conversation) > 0 ? <span class="badge">{unreadOf(conversation)}</span> : null}
        </button>
      )}
    </div>
  );
}

const kEmpty: Range = { from: 1, to: 0 };

/** What is drawn now: what was drawn, as far as it is still held; else what belongs where the sight is. */
function stretchOf(timeline: Timeline, before: Range | undefined, keeper: ScrollKeeper, newAfter?: number): Range {
  const { messages, atEnd, head } = timeline;
  if (messages.length === 0) return { from: 1, to: 0 };
  const held = { from: messages[0]!.seq, to: messages.at(-1)!.seq };
  const goal = keeper.goal;
  if (goal !== undefined && goal >= held.from && goal <= held.to) return around(goal, held);
  if (goal !== undefined) keeper.giveUp();
  if (!keeper.placed) {
    keeper.placed = true;
    if (newAfter !== undefined && newAfter < head) {
      keeper.put({ at: 'new' });
      return around(newAfter + 1, held);
    }
  }
  if (keeper.untilNew && newAfter !== undefined && newAfter < held.to) {
    keeper.put({ at: 'new' });
    return around(newAfter + 1, held);
  }
  if (keeper.atEnd && atEnd) {
    const from = before && before.from >= held.from && held.to - before.from < kDrawnMax ? before.from : 0;
    return { from: from || Math.max(held.from, held.to - kFirstDrawn + 1), to: held.to };
  }
  if (before && before.from <= held.to && before.to >= held.from) {
    const from = Math.max(before.from, held.from);
    const to = Math.min(before.to, held.to);
    return from === before.from && to === before.to ? before : { from, to };
  }
  const { seq, at } = keeper.inGap();
  const near = Math.min(Math.max(seq, held.from), held.to);
  keeper.put({ at, seq: near });
  return around(near, held);
}

/** The rows of a stretch, each as it looks beside its neighbours. */
function rowsIn(
  { messages, head }: Timeline,
  stretch: Range,
  entries: readonly OutboxEntry[],
  self: string,
  newAfter: number | undefined,
): Row[] {
  const rows = rowsOf(drawn(messages, stretch), entries, self, newAfter);
  const isAt = (seq: number) => (row: Row) => 'message' in row && row.message.seq === seq;
  const begin = rows.findIndex(isAt(stretch.from - 1)) + 1;
  const end = rows.findIndex(isAt(stretch.to + 1));
  const shown = rows.slice(begin, end < 0 ? undefined : rows.findLastIndex(isAt(stretch.to)) + 1);
  // What is new may be still on its way; where it begins is known.
  if (newAfter === stretch.to && newAfter < head) shown.push({ kind: 'new', key: 'new' });
  return shown;
}

/** A row that looks as it did is the same object, so that it is not drawn again. */
function useSteadyRows(rows: Row[]): Row[] {
  const known = useRef(new Map<string, Row>());
  const next = new Map<string, Row>();
  for (const row of rows) {
    const old = known.current.get(row.key);
    next.set(row.key, old && looksLike(old, row) ? old : row);
  }
  known.current = next;
  return [...next.values()];
}

function looksLike(a: Row, b: Row): boolean {
  if (a.kind !== b.kind) return false;
  switch (a.kind) {
    case 'day':
      return a.date.getTime() === (b as typeof a).date.getTime();
    case 'new':
      return true;
    case 'system':
      return a.message === (b as typeof a).message;
    case 'message':
      return (
        a.message === (b as typeof a).message && a.first === (b as typeof a).first && a.last === (b as typeof a).last
      );
    case 'unsent':
      return a.entry === (b as typeof a).entry && a.first === (b as typeof a).first && a.last === (b as typeof a).last;
  }
}

/** A conversation that rows need not be drawn again for: only who is in it and how far they are matters to them. */
function useSteady(conversation: Conversation): Conversation {
  const last = useRef(conversation);
  const { receipts, channel } = last.current;
  const now = conversation.channel;
  const same =
    receipts === conversation.receipts &&
    channel.recipients === now.recipients &&
    channel.owner_id === now.owner_id &&
    channel.type === now.type;
  if (!same) last.current = conversation;
  return last.current;
}

function useSteadyCall<T extends unknown[]>(call: (...parts: T) => unknown): (...parts: T) => void {
  const last = useRef(call);
  last.current = call;
  return useMemo(
    () =>
      (...parts: T) =>
        void last.current(...parts),
    [],
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
