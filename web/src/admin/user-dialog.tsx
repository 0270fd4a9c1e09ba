import { useSignal } from '@preact/signals';
import { type AdminUserDetail, ApiError, ErrorCode, type Login, type Snowflake } from '@rookery/sdk';
import { client } from '../app/client.ts';
import { a } from '../i18n/admin.ts';
import { listTime, plainDate, relativeTime, t } from '../i18n/index.ts';
import { me } from '../session/session.ts';
import { Avatar } from '../ui/avatar.tsx';
import { Confirm, Dialog } from '../ui/dialog.tsx';
import { sentence } from '../ui/problem.ts';
import { attempt, toast } from '../ui/toast.tsx';
import { useAnswer } from './answer.ts';
import { canCopy, copy, Pending } from './parts.tsx';
import { Tags } from './users.tsx';

interface Act {
  title: string;
  text: string;
  action: string;
  run(): Promise<unknown>;
}

/** What is not allowed on this page is to leave the server without an administrator. */
function explain(error: unknown): void {
  const last = error instanceof ApiError && error.code === ErrorCode.MissingPermission;
  toast(last ? a.lastStays : sentence(error));
}

interface UserDialogProps {
  id: Snowflake;
  onClose(): void;
  /** Something of the account is another now. */
  onChange(): void;
}

/** One account: what it is, and everything that an administrator can do to it. */
export function UserDialog({ id, onClose, onChange }: UserDialogProps) {
  const path = { user_id: id };
  const user = useAnswer(() => client.rest.request('GET /api/v1/admin/users/{user_id}', { path }));
  const logins = useAnswer(() => client.rest.request('GET /api/v1/admin/users/{user_id}/logins', { path }));
  const asked = useSignal<Act | undefined>(undefined);
  const password = useSignal<string | undefined>(undefined);
  const one = user.value;
  const act = asked.value;
  const changed = async () => {
    onChange();
    await Promise.all([user.reload(), logins.reload()]);
  };

  return (
    <Dialog title={one?.display_name ?? ''} onClose={onClose} drawer>
      {one ? (
        <>
          <Head of={one} />
          {password.value ? <NewPassword of={one} password={password.value} /> : null}
          {one.id === me.value?.id ? <p class="details-part muted">{a.yourself}</p> : null}
          <Email of={one} onDone={() => void changed()} />
          <Logins
            of={one}
            logins={logins.value}
            onEnd={(login) => {
              const request = client.rest.request('DELETE /api/v1/admin/users/{user_id}/logins/{session_id}', {
                path: { ...path, session_id: login.id },
              });
              attempt(request.then(changed));
            }}
            onEndAll={(act) => (asked.value = act)}
          />
          <Access
            of={one}
            onAsk={(act) => (asked.value = act)}
            onPassword={(made) => (password.value = made)}
            onChanged={changed}
            onGone={() => {
              onChange();
              onClose();
            }}
          />
        </>
      ) : (
        <Pending of={user} />
      )}
      {act ? (
        <Confirm
          title={act.title}
          text={act.text}
          action={act.action}
          onClose={() => (asked.value = undefined)}
          onConfirm={() => void act.run().then(changed).catch(explain)}
        />
      ) : null}
    </Dialog>
  );
}

function Head({ of }: { of: AdminUserDetail }) {
  const seen = of.last_seen ? a.seen(relativeTime(new Date(of.last_seen))) : a.neverSeen;
  return (
    <div class="details-top">
      <Avatar id={of.id} name={of.display_name} size="huge" />
      <p class="muted">@{of.username}</p>
      <p class="admin-tags">
        <Tags of={of} />
      </p>
      <p class="muted">
        {seen} · {a.joined(plainDate(new Date(of.created_at)))}
      </p>
      <p class="muted">
        {a.loginCount(of.logins)} · {a.channelCount(of.channels)}
      </p>
    </div>
  );
}

function NewPassword({ of, password }: { of: AdminUserDetail; password: string }) {
  return (
    <section class="details-part admin-secret" role="status">
      <h3>{a.newPassword}</h3>
      <p class="admin-line">
        <code>{password}</code>
        {canCopy() ? (
          <button type="button" class="button" onClick={() => attempt(copy(password, t.copied))}>
            {a.copyPassword}
          </button>
        ) : null}
      </p>
      <p class="field-hint">{a.newPasswordHint(of.display_name)}</p>
    </section>
  );
}

function Email({ of, onDone }: { of: AdminUserDetail; onDone(): void }) {
  if (!of.email) return null;
  const verify = async () => {
    await client.rest.request('PUT /api/v1/admin/users/{user_id}/email-verified', { path: { user_id: of.id } });
    onDone();
  };
  return (
    <section class="details-part">
      <h3>{a.email}</h3>
      <p class="admin-line">
        <span>
          {of.email} <span class="muted">({of.email_verified ? a.verified : a.notVerified})</span>
        </span>
        {of.email_verified ? null : (
          <button type="button" class="button" onClick={() => attempt(verify())}>
            {a.verify}
          </button>
        )}
      </p>
      {of.email_verified ? null : <p class="field-hint">{a.verifyHint}</p>}
    </section>
  );
}

interface LoginsProps {
  of: AdminUserDetail;
  logins: Login[] | undefined;
  onEnd(login: Login): void;
  onEndAll(act: Act): void;
}

function Logins({ of, logins, onEnd, onEndAll }: LoginsProps) {
  if (!logins) return null;
  const endAll: Act = {
    title: a.endAllSure(of.display_name),
    text: a.endAllHint,
    action: a.endAll,
    run: () => client.rest.request('DELETE /api/v1/admin/users/{user_id}/logins', { path: { user_id: of.id } }),
  };
  const own = of.id === me.value?.id;
  return (
    <section class="details-part">
      <div class="admin-line">
        <h3>{a.whereSignedIn}</h3>
        {logins.length > 1 && !own ? (
          <button type="button" class="button" onClick={() => onEndAll(endAll)}>
            {a.endAll}
          </button>
        ) : null}
      </div>
      {logins.length === 0 ? <p class="muted">{a.notSignedIn}</p> : null}
      <ul class="admin-logins">
        {logins.map((login) => (
          <li key={login.id} class="admin-line">
            <span class="row-words">
              <span class="row-title">{login.device?.name ?? t.unknownDevice}</span>
              <span class="row-text">{t.lastUsed(listTime(new Date(login.last_used_at)))}</span>
            </span>
            {login.current ? (
              <span class="tag">{t.thisLogin}</span>
            ) : (
              <button type="button" class="button" onClick={() => onEnd(login)}>
                {t.endLogin}
              </button>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

interface AccessProps {
  of: AdminUserDetail;
  onAsk(act: Act): void;
  onPassword(password: string): void;
  onChanged(): Promise<void>;
  onGone(): void;
}

function Access({ of, onAsk, onPassword, onChanged, onGone }: AccessProps) {
  const path = { user_id: of.id };
  const name = of.display_name;
  const own = of.id === me.value?.id;
  const disable: Act = {
    title: a.disableSure(name),
    text: a.disableHint,
    action: a.disable,
    run: async () => {
      await client.rest.request('PUT /api/v1/admin/users/{user_id}/disabled', { path });
      toast(a.wasDisabled(name));
    },
  };
  const reset: Act = {
    title: a.resetSure(name),
    text: a.resetHint,
    action: a.reset,
    run: async () => {
      onPassword((await client.rest.request('POST /api/v1/admin/users/{user_id}/password', { path })).password);
    },
  };
  const makeAdmin: Act = {
    title: a.makeAdminSure(name),
    text: a.makeAdminHint,
    action: a.makeAdmin,
    run: () => client.rest.request('PUT /api/v1/admin/users/{user_id}/admin', { path }),
  };
  const takeAdmin: Act = {
    title: a.takeAdminSure(name),
    text: a.takeAdminHint,
    action: a.takeAdmin,
    run: () => client.rest.request('DELETE /api/v1/admin/users/{user_id}/admin', { path }),
  };
  const remove: Act = {
    title: a.removeSure(name),
    text: a.removeHint,
    action: a.remove,
    run: async () => {
      await client.rest.request('DELETE /api/v1/admin/users/{user_id}', { path });
      toast(a.removed(name));
      onGone();
    },
  };
  const enable = async () => {
    await client.rest.request('DELETE /api/v1/admin/users/{user_id}/disabled', { path });
    toast(a.enabled(name));
    await onChanged();
  };
  return (
    <section class="details-part admin-acts">
      <h3>{a.access}</h3>
      {own ? null : (
        <button type="button" class="button button-wide" onClick={() => onAsk(reset)}>
          {a.reset}
        </button>
      )}
      <button type="button" class="button button-wide" onClick={() => onAsk(of.admin ? takeAdmin : makeAdmin)}>
        {of.admin ? a.takeAdmin : a.makeAdmin}
      </button>
      {own || !of.disabled ? null : (
        <button type="button" class="button button-main button-wide" onClick={() => attempt(enable())}>
          {a.enable}
        </button>
      )}
      {own || of.disabled ? null : (
        <button type="button" class="button button-danger button-wide" onClick={() => onAsk(disable)}>
          {a.disable}
        </button>
      )}
      {own ? null : (
        <button type="button" class="button button-danger button-wide" onClick={() => onAsk(remove)}>
          {a.remove}
        </button>
      )}
    </section>
  );
}
