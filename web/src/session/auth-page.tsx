import { ApiError } from '@rookery/sdk';
import { useState } from 'preact/hooks';
import { goTo, invitation } from '../app/route.ts';
import { t } from '../i18n/index.ts';
import { Field } from '../ui/field.tsx';
import { Icon, Logo } from '../ui/icon.tsx';
import { problemsOf } from '../ui/problem.ts';
import { instance, notice, register, signIn } from './session.ts';
import './auth-page.css';

/** Said only to who knows the password. */
const isDisabled = (error: unknown) => error instanceof ApiError && error.code === 50001;

export function AuthPage() {
  const link = invitation.value;
  const [creating, setCreating] = useState(link !== undefined);
  const info = instance.value;
  const closed = info?.registration === 'closed' && !link;
  return (
    <div class="auth">
      <section class="auth-words">
        <div class="brand">
          <Logo size={44} />
          <span>{info?.name || 'Rookery'}</span>
        </div>
        <p class="auth-tagline">{t.tagline}</p>
        <ul>
          {t.taglineMore.map((line) => (
            <li key={line}>
              <Icon name="check" />
              {line}
            </li>
          ))}
        </ul>
      </section>
      <main class="auth-card">
        <h1>{creating ? (link?.setUp ? t.setUpTitle : t.createAccount) : t.signIn}</h1>
        {creating && link ? <p class="auth-intro muted">{link.setUp ? t.setUpHint : t.invited}</p> : null}
        {notice.value ? (
          <p class="auth-notice" role="status">
            {notice.value}
          </p>
        ) : null}
        <AuthForm key={String(creating)} creating={creating} />
        <p class="auth-other">
          {closed ? (
            t.registrationClosed
          ) : (
            <>
              {creating ? t.haveAccount : t.newHere}{' '}
              <button type="button" class="link" onClick={() => setCreating(!creating)}>
                {creating ? t.signIn : t.createAccount}
              </button>
            </>
          )}
        </p>
      </main>
    </div>
  );
}

function AuthForm({ creating }: { creating: boolean }) {
  const [username, setUsername] = useState('');
  const [displayName, setDisplayName] = useState('');
  const [password, setPassword] = useState('');
  const link = invitation.value;
  const [invite, setInvite] = useState(link?.code ?? '');
  const [busy, setBusy] = useState(false);
  const [wrong, setWrong] = useState<Record<string, string>>({});
  const minimum = instance.value?.limits.password?.[0] ?? 8;

  const submit = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    setWrong({});
    try {
      if (creating) {
        await register({
          username: username.trim().toLowerCase(),
          password,
          ...(displayName.trim() ? { display_name: displayName.trim() } : {}),
          ...(invite.trim() ? { invite: invite.trim() } : {}),
        });
      } else {
        await signIn(username, password);
      }
      if (link) goTo(undefined, true);
    } catch (error) {
      setBusy(false);
      const wrong = isDisabled(error) ? { '': t.accountDisabled } : problemsOf(error);
      setWrong(link?.setUp && wrong.invite ? { '': t.setUpLinkOld } : wrong);
    }
  };

  return (
    <form onSubmit={submit}>
      <Field
        label={t.username}
        value={username}
        onValue={setUsername}
        error={wrong.username ?? wrong.login}
        hint={creating ? t.usernameHint : undefined}
        name="username"
        autocomplete="username"
        autocapitalize="none"
        spellcheck={false}
        autofocus
        required
      />
      {creating ? (
        <Field
          label={t.displayName}
          value={displayName}
          onValue={setDisplayName}
          error={wrong.display_name}
          hint={t.displayNameHint}
          name="name"
          autocomplete="name"
          maxLength={64}
        />
      ) : null}
      <Field
        label={t.password}
        type="password"
        value={password}
        onValue={setPassword}
        error={wrong.password}
        hint={creating ? t.passwordHint(minimum) : undefined}
        name="password"
        autocomplete={creating ? 'new-password' : 'current-password'}
        minLength={creating ? minimum : undefined}
        required
      />
      {creating && !link?.setUp && instance.value?.registration === 'invite' ? (
        <Field label={t.invite} value={invite} onValue={setInvite} error={wrong.invite} name="invite" required />
      ) : null}
      {wrong[''] ? (
        <p class="form-error" role="alert">
          {wrong['']}
        </p>
      ) : null}
      <button type="submit" class="button button-main button-wide" disabled={busy}>
        {busy ? <span class="spinner" /> : null}
        {creating ? t.createAccount : t.signIn}
      </button>
    </form>
  );
}
