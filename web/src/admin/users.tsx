import { useSignal } from '@preact/signals';
import type { AdminUser } from '@rookery/sdk';
import { useEffect, useId, useRef } from 'preact/hooks';
import { client } from '../app/client.ts';
import { a } from '../i18n/admin.ts';
import { plainDate, relativeTime } from '../i18n/index.ts';
import { Avatar } from '../ui/avatar.tsx';
import { Icon } from '../ui/icon.tsx';
import { sentence } from '../ui/problem.ts';
import { Empty } from './parts.tsx';
import { UserDialog } from './user-dialog.tsx';

const kPause = 200;
const kPage = 50;
const kCallsAtOnce = 10; // a call looks at a part of the accounts: pages may be empty on the way to somebody who fits

type Filter = 'all' | 'admin' | 'disabled';

interface Found {
  users: AdminUser[];
  cursor: string | null;
}

async function find(query: string, filter: Filter, from: Found | undefined): Promise<Found> {
  let { users, cursor } = from ?? { users: [], cursor: null };
  const before = users.length;
  for (let call = 0; call < kCallsAtOnce; call++) {
    const page = await client.rest.request('GET /api/v1/admin/users', {
      query: {
        limit: kPage,
        ...(query ? { query } : {}),
        ...(filter === 'admin' ? { admin: true } : {}),
        ...(filter === 'disabled' ? { disabled: true } : {}),
        ...(cursor ? { before: cursor } : {}),
      },
    });
    users = [...users, ...page.users];
    cursor = page.cursor;
    if (!cursor || users.length - before >= kPage / 2) break;
  }
  return { users, cursor };
}

export function Users() {
  const id = useId();
  const query = useSignal('');
  const filter = useSignal<Filter>('all');
  const found = useSignal<Found | undefined>(undefined);
  const failed = useSignal<string | undefined>(undefined);
  const chosen = useSignal<string | undefined>(undefined);
  const asked = useRef(0);

  const load = async (more = false) => {
    const mine = ++asked.current;
    try {
      const answer = await find(query.peek().trim().replace(/^@/, ''), filter.peek(), more ? found.peek() : undefined);
      if (mine !== asked.current) return;
      found.value = answer;
      failed.value = undefined;
    } catch (error) {
      if (mine === asked.current) failed.value = sentence(error);
    }
  };
  useEffect(() => {
    const timer = setTimeout(() => void load(), found.peek() ? kPause : 0);
    return () => clearTimeout(timer);
  }, [query.value, filter.value]);

  return (
    <>
      <div class="admin-tools">
        <search class="search">
          <Icon name="search" size={18} />
          <input
            type="search"
            value={query.value}
            onInput={(event) => (query.value = event.currentTarget.value)}
            placeholder={a.findUsers}
            aria-label={a.findUsers}
            autocomplete="off"
            autocapitalize="none"
            spellcheck={false}
            maxLength={64}
          />
        </search>
        <label class="visually-hidden" for={`${id}-filter`}>
          {a.show}
        </label>
        <select
          id={`${id}-filter`}
          class="select"
          value={filter.value}
          onChange={(event) => (filter.value = event.currentTarget.value as Filter)}
        >
          <option value="all">{a.everybody}</option>
          <option value="admin">{a.administrators}</option>
          <option value="disabled">{a.disabledOnes}</option>
        </select>
      </div>
      {failed.value ? (
        <p class="form-error" role="alert">
          {failed.value}
        </p>
      ) : null}
      {found.value && found.value.users.length === 0 ? (
        <Empty title={query.value || filter.value !== 'all' ? a.nobodyFits : a.nobody} />
      ) : null}
      {found.value && found.value.users.length > 0 ? (
        <ul class="admin-list admin-card" aria-label={a.parts.users}>
          {found.value.users.map((user) => (
            <li key={user.id}>
              <button type="button" class="row" onClick={() => (chosen.value = user.id)}>
                <Avatar id={user.id} name={user.display_name} />
                <span class="row-words">
                  <span class="row-title">{user.display_name}</span>
                  <span class="row-text">@{user.username}</span>
                </span>
                <span class="admin-row-end">
                  <Tags of={user} />
                  <span class="muted admin-when">
                    {user.last_seen
                      ? a.seen(relativeTime(new Date(user.last_seen)))
                      : a.joined(plainDate(new Date(user.created_at)))}
                  </span>
                </span>
              </button>
            </li>
          ))}
        </ul>
      ) : null}
      {found.value?.cursor ? (
        <button type="button" class="button admin-more" onClick={() => void load(true)}>
          {a.showMore}
        </button>
      ) : null}
      {chosen.value ? (
        <UserDialog id={chosen.value} onClose={() => (chosen.value = undefined)} onChange={() => void load()} />
      ) : null}
    </>
  );
}

export function Tags({ of }: { of: AdminUser }) {
  return (
    <>
      {of.admin ? <span class="tag">{a.administrator}</span> : null}
      {of.bot ? <span class="tag">{a.bot}</span> : null}
      {of.disabled ? <span class="tag tag-danger">{a.disabled}</span> : null}
    </>
  );
}
