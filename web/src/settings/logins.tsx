import { useSignal } from '@preact/signals';
import type { Login } from '@rookery/sdk';
import { useEffect } from 'preact/hooks';
import { client } from '../app/client.ts';
import { plainDate, relativeTime, t } from '../i18n/index.ts';
import { minute } from '../people/people.ts';
import { Confirm } from '../ui/dialog.tsx';
import { Icon, type IconName } from '../ui/icon.tsx';
import { sentence } from '../ui/problem.ts';
import { attempt, toast } from '../ui/toast.tsx';
import { Failed } from './privacy.tsx';

const icons: Record<string, IconName> = { mobile: 'phone', web: 'globe', desktop: 'device' };

/** Every place where this account is signed in; each can be ended from here. */
export function Logins() {
  const logins = useSignal<Login[] | undefined>(undefined);
  const failed = useSignal<string | undefined>(undefined);
  const sure = useSignal(false);
  const load = async () => {
    failed.value = undefined;
    try {
      const all = await client.rest.logins();
      logins.value = all.sort(
        (a, b) => Number(b.current) - Number(a.current) || (a.last_used_at < b.last_used_at ? 1 : -1),
      );
    } catch (error) {
      failed.value = sentence(error);
    }
  };
  useEffect(() => void load(), []);
  const others = (logins.value ?? []).filter((login) => !login.current);
  const end = async (ended: Login[]) => {
    try {
      for (const login of ended) await client.rest.endLogin(login.id);
      toast(t.loginsEnded(ended.length));
    } finally {
      await load();
    }
  };
  return (
    <section class="settings-part">
      <h4>{t.logins}</h4>
      <p class="field-hint">{t.loginsHint}</p>
      {failed.value ? <Failed text={failed.value} onRetry={load} /> : null}
      <ul class="logins">
        {logins.value?.map((login) => {
          const name = login.device?.name ?? t.unknownDevice;
          const used = new Date(login.last_used_at);
          return (
            <li key={login.id}>
              <span class="login-icon">
                <Icon name={icons[login.device?.kind ?? ''] ?? 'device'} />
              </span>
              <span class="row-words">
                <span class="row-title">{name}</span>
                <span class="row-text">
                  {login.current
                    ? t.signedInSince(plainDate(new Date(login.created_at)))
                    : t.lastUsed(relativeTime(used, new Date(Math.max(minute.value, Date.now()))))}
                </span>
              </span>
              {login.current ? (
                <span class="tag">{t.thisLogin}</span>
              ) : (
                <button
                  type="button"
                  class="button"
                  aria-label={t.endLoginOf(name)}
                  onClick={() => attempt(end([login]))}
                >
                  {t.endLogin}
                </button>
              )}
            </li>
          );
        })}
      </ul>
      {others.length > 1 ? (
        <button type="button" class="button button-danger" onClick={() => (sure.value = true)}>
          {t.endOthers}
        </button>
      ) : null}
      {sure.value ? (
        <Confirm
          title={t.endOthers}
          text={t.endOthersSure(others.length)}
          action={t.endOthers}
          onConfirm={() => attempt(end(others))}
          onClose={() => (sure.value = false)}
        />
      ) : null}
    </section>
  );
}
