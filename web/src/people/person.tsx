import { signal } from '@preact/signals';
import type { User } from '@rookery/sdk';
import { openChannel } from '../app/route.ts';
import { onSignOut } from '../app/stores.ts';
import { lazy } from '../ui/lazy.tsx';
import { remember } from './people.ts';

const PersonCard = lazy(async () => (await import('./person-card.tsx')).PersonCard);

const shown = signal<string | undefined>(undefined);
const close = () => {
  shown.value = undefined;
};

/** Opens the card of somebody. */
export function showPerson(user: User | string): void {
  if (typeof user !== 'string') remember([user]);
  shown.value = typeof user === 'string' ? user : user.id;
}

/** The card that is open, if one is. Stands once, beside everything else. */
export function ShownPerson() {
  const id = shown.value;
  return id ? <PersonCard key={id} id={id} onClose={close} /> : null;
}

openChannel.subscribe(close);
onSignOut(close);
