import { useSignal } from '@preact/signals';
import type { User } from '@rookery/sdk';
import { useEffect, useRef } from 'preact/hooks';
import { client } from '../app/client.ts';
import { remember } from '../people/people.ts';
import { sentence } from '../ui/problem.ts';

const kPause = 200;

export interface UserSearch {
  users: readonly User[];
  /** `asking`: what is in `users` belongs to an earlier query. */
  state: 'idle' | 'asking' | 'done' | 'failed';
  wrong: string;
}

const kIdle: UserSearch = { users: [], state: 'idle', wrong: '' };

/** People whose username begins with the query, a moment after the last key. */
export function useUserSearch(query: string): UserSearch {
  const found = useSignal<UserSearch>(kIdle);
  const asked = useRef('');
  const wanted = query.trim().toLowerCase().replace(/^@/, '');
  useEffect(() => {
    asked.current = wanted;
    if (!wanted) {
      found.value = kIdle;
      return;
    }
    found.value = { ...found.peek(), state: 'asking' };
    const timer = setTimeout(() => {
      client.rest.findUsers(wanted).then(
        (users) => {
          if (asked.current !== wanted) return;
          remember(users);
          found.value = { users, state: 'done', wrong: '' };
        },
        (error) => {
          if (asked.current === wanted) found.value = { users: [], state: 'failed', wrong: sentence(error) };
        },
      );
    }, kPause);
    return () => clearTimeout(timer);
  }, [wanted]);
  // Between a key and its answer nothing is said to be missing.
  return wanted && found.value.state === 'idle' ? { ...found.value, state: 'asking' } : found.value;
}
