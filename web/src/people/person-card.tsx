import { useSignal } from '@preact/signals';
import type { User } from '@rookery/sdk';
import { useEffect } from 'preact/hooks';
import { client } from '../app/client.ts';
import { openDirect } from '../conversations/conversations.ts';
import { plainDate, t } from '../i18n/index.ts';
import { me } from '../session/session.ts';
import { Avatar } from '../ui/avatar.tsx';
import { Confirm, Dialog } from '../ui/dialog.tsx';
import { Icon } from '../ui/icon.tsx';
import { attempt } from '../ui/toast.tsx';
import { blocked, setBlocked } from './blocks.ts';
import { minute, nameOf, people, presences, remember } from './people.ts';
import { presenceText } from './presence-text.ts';
import './person-card.css';

/** Who somebody is, and what one can do. */
export function PersonCard({ id, onClose }: { id: string; onClose(): void }) {
  const user = people.value.get(id);
  useEffect(() => {
    if (!people.peek().has(id)) {
      client.rest.user(id).then(
        (found) => remember([found]),
        () => undefined, // it stays a deleted account
      );
    }
    if (presences.peek().has(id) || id === me.peek()?.id) return;
    client.rest.presences([id]).then(
      ([presence]) => {
        if (presence) presences.value = new Map(presences.peek()).set(id, presence);
      },
      () => undefined, // the card says less
    );
  }, [id]);
  const self = id === me.value?.id;
  const write = () => {
    onClose();
    attempt(openDirect(id));
  };
  return (
    <Dialog title={t.profile} onClose={onClose}>
      <PersonHead user={user} id={id} />
      {user && !self ? (
        <div class="card-actions">
          <button type="button" class="button button-main" onClick={write}>
            <Icon name="chat" size={18} />
            {t.message}
          </button>
          <BlockButton user={user} />
        </div>
      ) : null}
    </Dialog>
  );
}

/** Picture, names, presence, and since when. */
export function PersonHead({ user, id }: { user: User | undefined; id: string }) {
  const presence = presences.value.get(id);
  const gone = !user || user.username === 'deleted';
  const seen = presenceText(presence, new Date(Math.max(minute.value, Date.now())));
  return (
    <div class="details-top">
      <Avatar id={id} name={nameOf(user)} size="huge" presence={presence?.status} />
      <h3>{nameOf(user)}</h3>
      {gone ? null : (
        <>
          <p class="muted">@{user.username}</p>
          {seen && id !== me.value?.id ? <p class="muted">{seen}</p> : null}
          <p class="muted">{t.memberSince(plainDate(new Date(user.created_at)))}</p>
        </>
      )}
      {blocked.value?.has(id) ? <p class="tag tag-blocked">{t.blockedTag}</p> : null}
    </div>
  );
}

/** Blocking is asked again and explained; unblocking is done at once. */
export function BlockButton({ user, wide }: { user: User; wide?: boolean }) {
  const sure = useSignal(false);
  if (!blocked.value || user.username === 'deleted') return null;
  const now = blocked.value.has(user.id);
  const names = ['button', now ? '' : 'button-danger', wide ? 'button-wide' : ''];
  return (
    <>
      <button
        type="button"
        class={names.filter(Boolean).join(' ')}
        onClick={() => {
          if (now) attempt(setBlocked(user, false));
          else sure.value = true;
        }}
      >
        <Icon name="ban" size={18} />
        {now ? t.unblock : t.block}
      </button>
      {sure.value ? (
        <Confirm
          title={t.blockSure(nameOf(user))}
          text={t.blockHint}
          action={t.block}
          onConfirm={() => attempt(setBlocked(user, true))}
          onClose={() => (sure.value = false)}
        />
      ) : null}
    </>
  );
}
