import type { User } from '@rookery/sdk';
import type { ComponentChildren } from 'preact';
import { t } from '../i18n/index.ts';
import { me } from '../session/session.ts';
import { Avatar } from '../ui/avatar.tsx';
import { minute, nameOf, presences } from './people.ts';
import { presenceText } from './presence-text.ts';

interface PersonRowProps {
  user: User;
  onClick(): void;
  /** What stands at the end of the line. */
  children?: ComponentChildren;
}

/** Somebody in a list: name, and presence where it is known, else the username. */
export function PersonRow({ user, onClick, children }: PersonRowProps) {
  const self = user.id === me.value?.id;
  const presence = self ? undefined : presences.value.get(user.id);
  const seen = presenceText(presence, new Date(Math.max(minute.value, Date.now())));
  return (
    <button type="button" class="row person-row" onClick={onClick}>
      <Avatar id={user.id} name={nameOf(user)} size="small" presence={presence?.status} />
      <span class="row-words">
        <span class="row-title">{self ? t.yourself(nameOf(user)) : nameOf(user)}</span>
        <span class="row-text">{seen || `@${user.username}`}</span>
      </span>
      {children}
    </button>
  );
}
