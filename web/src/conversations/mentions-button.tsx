import { computed, useSignal } from '@preact/signals';
import { t } from '../i18n/index.ts';
import { Icon } from '../ui/icon.tsx';
import { lazy } from '../ui/lazy.tsx';
import { conversations } from './conversations.ts';

const MentionsInbox = lazy(async () => (await import('./mentions-inbox.tsx')).MentionsInbox);

const unreadMentions = computed(() => [...conversations.value.values()].reduce((sum, one) => sum + one.mentions, 0));

/** Opens the mentions; says how many of them are unread. */
export function MentionsButton() {
  const open = useSignal(false);
  const unread = unreadMentions.value;
  const label = unread > 0 ? t.mentionsUnread(unread) : t.mentions;
  return (
    <>
      <button
        type="button"
        class="icon-button counted-button"
        aria-label={label}
        title={label}
        onClick={() => (open.value = true)}
      >
        <Icon name="at" />
        {unread > 0 ? (
          <span class="badge badge-mention" aria-hidden="true">
            {unread > 99 ? '99+' : unread}
          </span>
        ) : null}
      </button>
      {open.value ? <MentionsInbox onClose={() => (open.value = false)} /> : null}
    </>
  );
}
