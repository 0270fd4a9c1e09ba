import { useSignal } from '@preact/signals';
import { client } from '../app/client.ts';
import { unsent } from '../composer/outbox.ts';
import { plainDate, t } from '../i18n/index.ts';
import { nameOf, remember } from '../people/people.ts';
import { deleteAccount, instance, me, signOut } from '../session/session.ts';
import { Avatar } from '../ui/avatar.tsx';
import { Confirm } from '../ui/dialog.tsx';
import { Field } from '../ui/field.tsx';
import { Icon } from '../ui/icon.tsx';
import { problemsOf } from '../ui/problem.ts';
import { toast } from '../ui/toast.tsx';

export function Account() {
  return (
    <>
      <Profile />
      <Password />
      <SignOut />
      <DeleteAccount />
    </>
  );
}

function Profile() {
  const user = me.value;
  const name = useSignal(user?.display_name ?? '');
  const wrong = useSignal<string | undefined>(undefined);
  if (!user) return null;
  const wanted = name.value.trim();
  const save = async (event: Event) => {
    event.preventDefault();
    wrong.value = undefined;
    try {
      const next = await client.rest.updateMe({ display_name: wanted });
      me.value = { ...user, ...next };
      remember([next]);
      toast(t.saved);
    } catch (error) {
      wrong.value = Object.values(problemsOf(error))[0];
    }
  };
  return (
    <section class="settings-part">
      <div class="settings-me">
        <Avatar id={user.id} name={wanted || nameOf(user)} size="huge" />
        <div>
          <h4>{nameOf(user)}</h4>
          <p class="muted">@{user.username}</p>
          <p class="muted">{t.memberSince(plainDate(new Date(user.created_at)))}</p>
        </div>
      </div>
      <form class="settings-line" onSubmit={save}>
        <Field
          label={t.displayName}
          value={name.value}
          onValue={(value) => (name.value = value)}
          hint={t.displayNameSeen}
          error={wrong.value}
          name="name"
          autocomplete="name"
          maxLength={64}
          required
        />
        <button type="submit" class="button button-main" disabled={!wanted || wanted === user.display_name}>
          {t.save}
        </button>
      </form>
    </section>
  );
}

function Password() {
  const open = useSignal(false);
  const current = useSignal('');
  const next = useSignal('');
  const wrong = useSignal<Record<string, string>>({});
  const minimum = instance.value?.limits.password?.[0] ?? 8;
  if (!open.value) {
    return (
      <section class="settings-part settings-row">
        <div>
          <h4>{t.password}</h4>
          <p class="field-hint">{t.changePasswordHint}</p>
        </div>
        <button type="button" class="button" onClick={() => (open.value = true)}>
          {t.changePassword}
        </button>
      </section>
    );
  }
  const close = () => {
    open.value = false;
    current.value = next.value = '';
    wrong.value = {};
  };
  const submit = async (event: Event) => {
    event.preventDefault();
    try {
      await client.rest.changePassword(current.value, next.value);
      close();
      toast(t.passwordChanged);
    } catch (error) {
      const { '': general, ...fields } = problemsOf(error);
      wrong.value = general === t.wrongCredentials ? { current: t.wrongPassword } : { ...fields, '': general ?? '' };
    }
  };
  return (
    <form class="settings-part" onSubmit={submit}>
      <h4>{t.changePassword}</h4>
      {/* Not seen: tells a password manager whose password this is. */}
      <input hidden name="username" autocomplete="username" value={me.value?.username} readOnly />
      <Field
        label={t.currentPassword}
        type="password"
        value={current.value}
        onValue={(value) => (current.value = value)}
        error={wrong.value.current}
        name="current-password"
        autocomplete="current-password"
        autofocus
        required
      />
      <Field
        label={t.newPassword}
        type="password"
        value={next.value}
        onValue={(value) => (next.value = value)}
        hint={t.passwordHint(minimum)}
        error={wrong.value.new || wrong.value['']}
        name="new-password"
        autocomplete="new-password"
        minLength={minimum}
        required
      />
      <div class="dialog-actions">
        <button type="button" class="button" onClick={close}>
          {t.cancel}
        </button>
        <button type="submit" class="button button-main">
          {t.changePassword}
        </button>
      </div>
    </form>
  );
}

function SignOut() {
  const sure = useSignal(false);
  const waiting = unsent.value.length;
  return (
    <section class="settings-part settings-row">
      <div>
        <h4>{t.signOut}</h4>
        <p class="field-hint">{t.signOutHint}</p>
      </div>
      <button
        type="button"
        class="button"
        onClick={() => {
          if (waiting > 0) sure.value = true;
          else void signOut();
        }}
      >
        <Icon name="leave" size={18} />
        {t.signOut}
      </button>
      {sure.value ? (
        <Confirm
          title={t.signOut}
          text={t.signOutUnsent(waiting)}
          action={t.signOut}
          onConfirm={() => void signOut()}
          onClose={() => (sure.value = false)}
        />
      ) : null}
    </section>
  );
}

function DeleteAccount() {
  const open = useSignal(false);
  const password = useSignal('');
  const wrong = useSignal<string | undefined>(undefined);
  const busy = useSignal(false);
  if (!open.value) {
    return (
      <section class="settings-part settings-row">
        <div>
          <h4>{t.deleteAccount}</h4>
          <p class="field-hint">{t.deleteAccountHint}</p>
        </div>
        <button type="button" class="button button-danger" onClick={() => (open.value = true)}>
          {t.deleteAccount}
        </button>
      </section>
    );
  }
  const submit = async (event: Event) => {
    event.preventDefault();
    busy.value = true;
    try {
      await deleteAccount(password.value);
    } catch (error) {
      busy.value = false;
      const said = Object.values(problemsOf(error))[0];
      wrong.value = said === t.wrongCredentials ? t.wrongPassword : said;
    }
  };
  return (
    <form class="settings-part settings-danger" onSubmit={submit}>
      <h4>{t.deleteAccount}</h4>
      <ul class="consequences">
        {t.deleteAccountMeans.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
      <input hidden name="username" autocomplete="username" value={me.value?.username} readOnly />
      <Field
        label={t.deleteAccountPassword}
        type="password"
        value={password.value}
        onValue={(value) => (password.value = value)}
        error={wrong.value}
        name="password"
        autocomplete="current-password"
        autofocus
        required
      />
      <div class="dialog-actions">
        <button
          type="button"
          class="button"
          onClick={() => {
            open.value = false;
            password.value = '';
            wrong.value = undefined;
          }}
        >
          {t.keepAccount}
        </button>
        <button type="submit" class="button button-danger-strong" disabled={busy.value}>
          {t.deleteForGood}
        </button>
      </div>
    </form>
  );
}
