import { useSignal } from '@preact/signals';
import type { User } from '@rookery/sdk';
import { useId } from 'preact/hooks';
import { t } from '../i18n/index.ts';
import { nameOf } from '../people/people.ts';
import { me } from '../session/session.ts';
import { Avatar } from '../ui/avatar.tsx';
import { Icon } from '../ui/icon.tsx';
import { byActivity, partnerOf } from './conversations.ts';
import { useUserSearch } from './user-search.ts';

interface PeoplePickerProps {
  chosen: User[];
  onChange(users: User[]): void;
  /** Left out of what is offered. */
  without?: ReadonlySet<string>;
}

/** Chips of who is chosen, a line to search on, and below it who fits: without a query, the people one talks to. */
export function PeoplePicker({ chosen, onChange, without }: PeoplePickerProps) {
  const id = useId();
  const query = useSignal('');
  const search = useUserSearch(query.value);
  const taken = new Set([...(without ?? []), ...chosen.map((user) => user.id), me.value?.id ?? '']);
  const offered = (query.value.trim() ? search.users : acquaintances())
    .filter((user) => !taken.has(user.id))
    .slice(0, 8);

  const choose = (user: User) => {
    query.value = '';
    onChange([...chosen, user]);
    document.getElementById(id)?.focus();
  };
  const keyDown = (event: KeyboardEvent) => {
    if (event.key === 'Enter') {
      event.preventDefault();
      if (offered[0]) choose(offered[0]);
    } else if (event.key === 'Backspace' && query.value === '') {
      onChange(chosen.slice(0, -1));
    }
  };
  return (
    <div class="field picker">
      <label for={id}>{t.groupPeople}</label>
      <div class="field-line picker-line">
        {chosen.map((user) => (
          <button
            type="button"
            class="chip"
            key={user.id}
            aria-label={t.remove(nameOf(user))}
            title={t.remove(nameOf(user))}
            onClick={() => onChange(chosen.filter((one) => one.id !== user.id))}
          >
            {nameOf(user)}
            <Icon name="close" size={14} />
          </button>
        ))}
        <input
          id={id}
          value={query.value}
          onInput={(event) => (query.value = event.currentTarget.value)}
          onKeyDown={keyDown}
          placeholder={t.groupPeoplePlaceholder}
          autocomplete="off"
          autocapitalize="none"
          spellcheck={false}
        />
      </div>
      <ul class="picker-offer">
        {offered.map((user) => (
          <li key={user.id}>
            <button type="button" class="row" onClick={() => choose(user)}>
              <Avatar id={user.id} name={nameOf(user)} size="small" />
              <span class="row-words">
                <span class="row-title">{nameOf(user)}</span>
                <span class="row-text">@{user.username}</span>
              </span>
              <Icon name="plus" size={18} />
            </button>
          </li>
        ))}
        {search.state === 'failed' ? <li role="alert">{t.searchFailed(search.wrong)}</li> : null}
        {search.state === 'done' && offered.length === 0 ? (
          <li class="muted">{search.users.length > 0 ? t.everybodyChosen : t.nobodyFound(query.value.trim())}</li>
        ) : null}
      </ul>
    </div>
  );
}

function acquaintances(): User[] {
  return byActivity.value.flatMap(({ channel }) => {
    const partner = partnerOf(channel);
    return channel.recipients?.filter((user) => user.id === partner) ?? [];
  });
}
