import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { client } from '../app/client.ts';
import { t } from '../i18n/index.ts';
import { blocked, loadBlocks, setBlocked } from '../people/blocks.ts';
import { nameOf, people } from '../people/people.ts';
import { Avatar } from '../ui/avatar.tsx';
import { sentence } from '../ui/problem.ts';
import { attempt } from '../ui/toast.tsx';
import { Switch } from './switch.tsx';

export function Privacy() {
  return (
    <>
      <ReadReceipts />
      <Blocked />
    </>
  );
}

function ReadReceipts() {
  const shown = useSignal<boolean | undefined>(undefined);
  const failed = useSignal<string | undefined>(undefined);
  const load = async () => {
    failed.value = undefined;
    try {
      shown.value = (await client.rest.settings()).read_receipts;
    } catch (error) {
      failed.value = sentence(error);
    }
  };
  useEffect(() => void load(), []);
  const save = async (read_receipts: boolean) => {
    shown.value = (await client.rest.updateSettings({ read_receipts })).read_receipts;
  };
  return (
    <section class="settings-part">
      {failed.value ? <Failed text={failed.value} onRetry={load} /> : null}
      {shown.value === undefined ? null : (
        <Switch
          label={t.readReceipts}
          hint={t.readReceiptsHint}
          checked={shown.value}
          onChange={(on) => attempt(save(on))}
        />
      )}
    </section>
  );
}

function Blocked() {
  useEffect(() => attempt(loadBlocks()), []);
  const users = blocked.value && [...blocked.value.values()].map((user) => people.value.get(user.id) ?? user);
  return (
    <section class="settings-part">
      <h4>{t.blocked}</h4>
      {users?.length === 0 ? <p class="field-hint">{t.nobodyBlocked}</p> : null}
      <ul class="logins">
        {users?.map((user) => (
          <li key={user.id}>
            <Avatar id={user.id} name={nameOf(user)} />
            <span class="row-words">
              <span class="row-title">{nameOf(user)}</span>
              <span class="row-text">@{user.username}</span>
            </span>
            <button
              type="button"
              class="button"
              aria-label={t.unblockName(nameOf(user))}
              onClick={() => attempt(setBlocked(user, false))}
            >
              {t.unblock}
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

export function Failed({ text, onRetry }: { text: string; onRetry(): void }) {
  return (
    <p class="form-error" role="alert">
      {text}{' '}
      <button type="button" class="link" onClick={onRetry}>
        {t.tryAgain}
      </button>
    </p>
  );
}
