import { useSignal } from '@preact/signals';
import { ApiError, type Login } from '@rookery/sdk';
import { useEffect, useId } from 'preact/hooks';
import { client } from '../app/client.ts';
import { browserLanguage, type Language, languages, relativeTime, t } from '../i18n/index.ts';
import { nameOf, remember } from '../people/people.ts';
import { me, signOut } from '../session/session.ts';
import { Avatar } from '../ui/avatar.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Field } from '../ui/field.tsx';
import { Icon } from '../ui/icon.tsx';
import { attempt, sentence, toast } from '../ui/toast.tsx';
import { prefer, preferences } from './preferences.ts';
import './settings.css';

const kWrongCredentials = 40002;

export function Settings({ onClose }: { onClose(): void }) {
  return (
    <Dialog title={t.settings} onClose={onClose} drawer>
      <Profile />
      <LanguageChoice />
      <Privacy />
      <Logins />
      <Password />
      <div class="details-part">
        <button type="button" class="button button-danger button-wide" onClick={() => void signOut()}>
          <Icon name="leave" size={18} />
          {t.signOut}
        </button>
      </div>
    </Dialog>
  );
}

function Profile() {
  const user = me.value;
  const name = useSignal(user?.display_name ?? '');
  if (!user) return null;
  const save = async () => {
    const next = await client.rest.updateMe({ display_name: name.value.trim() });
    me.value = next;
    remember([next]);
    toast(t.saved);
  };
  return (
    <>
      <div class="details-top">
        <Avatar id={user.id} name={nameOf(user)} size="huge" />
        <p class="muted">@{user.username}</p>
      </div>
      <form
        class="details-part settings-line"
        onSubmit={(event) => {
          event.preventDefault();
          attempt(save());
        }}
      >
        <Field
          label={t.displayName}
          value={name.value}
          onValue={(value) => (name.value = value)}
          maxLength={64}
          required
        />
        <button type="submit" class="button" disabled={!name.value.trim() || name.value.trim() === user.display_name}>
          {t.save}
        </button>
      </form>
    </>
  );
}

function LanguageChoice() {
  const id = useId();
  return (
    <div class="details-part field">
      <label for={id}>{t.language}</label>
      <select
        id={id}
        class="select"
        value={preferences.value.language ?? ''}
        onChange={(event) => prefer({ language: (event.currentTarget.value || undefined) as Language | undefined })}
      >
        <option value="">{t.languageOfBrowser(languages[browserLanguage()])}</option>
        {Object.entries(languages).map(([key, name]) => (
          <option key={key} value={key} lang={key}>
            {name}
          </option>
        ))}
      </select>
    </div>
  );
}

function Privacy() {
  const receipts = useSignal<boolean | undefined>(undefined);
  useEffect(() => {
    void client.rest.settings().then(
      (settings) => {
        receipts.value = settings.read_receipts;
      },
      () => undefined, // without an answer there is no switch
    );
  }, []);
  if (receipts.value === undefined) return null;
  const toggle = async () => {
    receipts.value = (await client.rest.updateSettings({ read_receipts: !receipts.value })).read_receipts;
  };
  return (
    <section class="details-part">
      <h3>{t.privacy}</h3>
      <label class="switch">
        <span>{t.readReceipts}</span>
        <input type="checkbox" checked={receipts.value} onChange={() => attempt(toggle())} />
      </label>
      <p class="field-hint">{t.readReceiptsHint}</p>
    </section>
  );
}

function Logins() {
  const logins = useSignal<Login[]>([]);
  const load = async () => {
    logins.value = await client.rest.logins();
  };
  useEffect(() => void load().catch(() => undefined), []);
  if (logins.value.length === 0) return null;
  return (
    <section class="details-part">
      <h3>{t.logins}</h3>
      <ul class="logins">
        {logins.value.map((login) => (
          <li key={login.id}>
            <span class="row-words">
              <span class="row-title">{login.device?.name ?? t.unknownDevice}</span>
              <span class="row-text">{t.lastUsed(relativeTime(new Date(login.last_used_at)))}</span>
            </span>
            {login.current ? (
              <span class="tag">{t.thisLogin}</span>
            ) : (
              <button type="button" class="button" onClick={() => attempt(client.rest.endLogin(login.id).then(load))}>
                {t.endLogin}
              </button>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

function Password() {
  const open = useSignal(false);
  const current = useSignal('');
  const next = useSignal('');
  const wrong = useSignal<string | undefined>(undefined);
  if (!open.value) {
    return (
      <div class="details-part">
        <button type="button" class="button button-wide" onClick={() => (open.value = true)}>
          {t.changePassword}
        </button>
      </div>
    );
  }
  const submit = async (event: Event) => {
    event.preventDefault();
    try {
      await client.rest.changePassword(current.value, next.value);
      toast(t.passwordChanged);
      open.value = false;
      current.value = next.value = '';
    } catch (error) {
      const mistaken = error instanceof ApiError && error.code === kWrongCredentials;
      wrong.value = mistaken ? t.wrongCredentials : sentence(error);
    }
  };
  return (
    <form class="details-part" onSubmit={submit}>
      <h3>{t.changePassword}</h3>
      <Field
        label={t.currentPassword}
        type="password"
        value={current.value}
        onValue={(value) => (current.value = value)}
        autocomplete="current-password"
        required
      />
      <Field
        label={t.newPassword}
        type="password"
        value={next.value}
        onValue={(value) => (next.value = value)}
        autocomplete="new-password"
        minLength={8}
        required
        error={wrong.value}
      />
      <button type="submit" class="button button-main button-wide">
        {t.save}
      </button>
    </form>
  );
}
