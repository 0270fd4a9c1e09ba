import { useSignal } from '@preact/signals';
import type { User } from '@rookery/sdk';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { adminPart, goTo, goToAdmin, openChannel } from '../app/route.ts';
import { OwnName } from '../app/welcome.tsx';
import { t } from '../i18n/index.ts';
import { nameOf } from '../people/people.ts';
import { administrator, connection, instance, me, ready } from '../session/session.ts';
import { openSettings } from '../settings/open.ts';
import { Avatar } from '../ui/avatar.tsx';
import { Icon, Logo } from '../ui/icon.tsx';
import { lazy } from '../ui/lazy.tsx';
import { placeFor } from '../ui/rove.ts';
import { attempt } from '../ui/toast.tsx';
import { ConversationRow } from './conversation-row.tsx';
import { byActivity, openDirect, partnerOf, titleOf } from './conversations.ts';
import { MentionsButton } from './mentions-button.tsx';
import { useUserSearch } from './user-search.ts';
import { VirtualRows } from './virtual-rows.tsx';
import './sidebar.css';

const GroupDialog = lazy(async () => (await import('./group-dialog.tsx')).GroupDialog);

export function Sidebar() {
  const list = useRef<HTMLDivElement>(null);
  const last = useRef<Element | null>(null); // the row that had the focus
  const toRow = useRef<(n: number) => void>(() => undefined);
  const query = useSignal('');
  const dialog = useSignal<'group' | undefined>(undefined);
  const search = useUserSearch(query.value);
  const wanted = query.value.trim().toLowerCase();
  const shown = wanted ? byActivity.value.filter((one) => matches(titleOf(one.channel), wanted)) : byActivity.value;
  const partners = new Set(shown.map((one) => partnerOf(one.channel)));
  const others = search.users.filter((user) => user.id !== me.value?.id && !partners.has(user.id));

  const openPerson = (user: User) => {
    query.value = '';
    attempt(openDirect(user.id));
  };
  const openFirst = () => {
    if (shown[0]) {
      goTo(shown[0].channel.id);
      query.value = '';
    } else if (others[0]) {
      openPerson(others[0]);
    }
  };

  /** The list is one stop of the Tab key: the row that had the focus last, else the open conversation, else the first. */
  const settle = () => {
    const rows = [...list.current!.querySelectorAll<HTMLElement>('.row')];
    const stop = rows.find((row) => row === last.current) ?? rows.find((row) => row.ariaCurrent) ?? rows[0];
    for (const row of rows) row.tabIndex = row === stop ? 0 : -1;
  };
  useLayoutEffect(() => {
    last.current = null;
  }, [openChannel.value]);
  useLayoutEffect(settle);
  /** From row to row, whether the next one is drawn or not. */
  const walk = (event: KeyboardEvent) => {
    const row = (event.target as Element).closest<HTMLElement>('.row');
    const people = [...list.current!.querySelectorAll<HTMLElement>('section .row')];
    const person = people.indexOf(row!);
    const at = person < 0 ? Number(row?.closest('li')?.ariaPosInSet ?? 0) - 1 : shown.length + person;
    const to = placeFor(event, at, shown.length + people.length);
    if (to === undefined) return;
    event.preventDefault();
    if (to < shown.length) toRow.current(to);
    else people[to - shown.length]!.focus();
  };

  return (
    <nav class="sidebar" aria-label={t.conversations}>
      <header class="sidebar-head">
        <div class="brand">
          <Logo size={28} />
          <span>{instance.value?.name || 'Rookery'}</span>
        </div>
        {administrator.value ? (
          <button
            type="button"
            class="icon-button"
            aria-label={t.administration}
            title={t.administration}
            aria-current={adminPart.value ? 'page' : undefined}
            onClick={() => goToAdmin('overview')}
          >
            <Icon name="administration" />
          </button>
        ) : null}
        <MentionsButton />
        <button
          type="button"
          class="icon-button"
          aria-label={t.newGroup}
          title={t.newGroup}
          onClick={() => (dialog.value = 'group')}
        >
          <Icon name="group" />
        </button>
      </header>
      <search class="search">
        <Icon name="search" size={18} />
        <input
          id="search"
          type="search"
          value={query.value}
          onInput={(event) => (query.value = event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === 'Enter') openFirst();
            if (event.key === 'Escape') query.value = '';
            if (event.key === 'ArrowDown') {
              event.preventDefault();
              document.querySelector<HTMLElement>('.list .row')?.focus();
            }
          }}
          placeholder={t.searchPlaceholder}
          aria-label={t.searchPlaceholder}
          autocomplete="off"
          autocapitalize="none"
          spellcheck={false}
        />
      </search>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the arrow keys go from row to row; each row is a button of its own */}
      <div
        class="list"
        ref={list}
        data-busy={!ready.value}
        onKeyDown={walk}
        onFocusIn={(event) => {
          last.current = (event.target as Element).closest('.row');
          settle();
        }}
      >
        {shown.length > 0 ? (
          <VirtualRows
            label={t.conversations}
            items={shown}
            toRow={toRow}
            onDrawn={settle}
            row={(one, n) => (
              <ConversationRow
                key={one.channel.id}
                conversation={one}
                open={one.channel.id === openChannel.value}
                place={n + 1}
                of={shown.length}
              />
            )}
          />
        ) : null}
        {wanted && others.length > 0 ? <People users={others} onPick={openPerson} /> : null}
        {wanted && search.state === 'failed' ? (
          <p class="form-error" role="alert">
            {t.searchFailed(search.wrong)}
          </p>
        ) : null}
        {wanted && shown.length === 0 && others.length === 0 && search.state === 'done' ? (
          <div class="empty" role="status">
            <p>{t.nobodyFound(query.value.trim())}</p>
            <p class="muted">{t.nobodyFoundHint}</p>
          </div>
        ) : null}
        {!wanted && shown.length === 0 ? <EmptyList /> : null}
      </div>
      <footer class="sidebar-foot">
        <button type="button" class="me" title={t.settings} onClick={() => (openSettings.value = 'account')}>
          <Avatar
            id={me.value?.id ?? ''}
            name={nameOf(me.value)}
            presence={connection.value.kind === 'online' ? 'online' : 'offline'}
          />
          <span class="me-names">
            <b>{nameOf(me.value)}</b>
            <span>@{me.value?.username}</span>
          </span>
          <Icon name="settings" />
          <span class="visually-hidden">{t.settings}</span>
        </button>
      </footer>
      {dialog.value === 'group' ? <GroupDialog onClose={() => (dialog.value = undefined)} /> : null}
    </nav>
  );
}

function EmptyList() {
  if (!ready.value) {
    return (
      <ul class="skeletons" aria-hidden="true">
        {[0, 1, 2, 3].map((n) => (
          <li key={n} />
        ))}
      </ul>
    );
  }
  return (
    <div class="empty">
      <p>{t.noConversations}</p>
      <p class="muted">{t.noConversationsHint}</p>
      <OwnName />
    </div>
  );
}

function People({ users, onPick }: { users: User[]; onPick(user: User): void }) {
  return (
    <section aria-label={t.morePeople}>
      <h2 class="list-head">{t.morePeople}</h2>
      <ul>
        {users.map((user) => (
          <li key={user.id}>
            <button type="button" class="row" tabIndex={-1} onClick={() => onPick(user)}>
              <Avatar id={user.id} name={nameOf(user)} />
              <span class="row-words">
                <span class="row-title">{nameOf(user)}</span>
                <span class="row-text">@{user.username}</span>
              </span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

function matches(title: string, wanted: string): boolean {
  return title.toLowerCase().includes(wanted);
}
