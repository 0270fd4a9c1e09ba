import { useSignal } from '@preact/signals';
import type { AdminInvite, AdminRegistration } from '@rookery/sdk';
import { useId } from 'preact/hooks';
import { client } from '../app/client.ts';
import { a } from '../i18n/admin.ts';
import { plainDate } from '../i18n/index.ts';
import { instance } from '../session/session.ts';
import { Confirm } from '../ui/dialog.tsx';
import { Field } from '../ui/field.tsx';
import { Icon } from '../ui/icon.tsx';
import { attempt, toast } from '../ui/toast.tsx';
import { useAnswer } from './answer.ts';
import { Card, canCopy, copy, Empty, Pending } from './parts.tsx';

const kModes = ['open', 'invite', 'closed'] as const;
const kDays = [1, 7, 30, 0];
const kDay = 86_400;

export const linkOf = (invite: AdminInvite): string => `${location.origin}/#/join/${invite.code}`;

export function Invites() {
  const registration = useAnswer(() => client.rest.request('GET /api/v1/admin/registration'));
  const invites = useAnswer(() => client.rest.request('GET /api/v1/admin/invites'));
  const mode = registration.value?.mode;
  return (
    <>
      {registration.value ? (
        <Registration of={registration.value} onChange={registration.reload} />
      ) : (
        <Pending of={registration} />
      )}
      <Card title={a.inviteLinks}>
        {mode === 'open' ? <p class="admin-note">{a.inviteNotNeeded}</p> : null}
        {mode === 'closed' ? <p class="admin-note">{a.inviteUseless}</p> : null}
        <NewInvite onMade={() => void invites.reload()} />
        {invites.value ? (
          <List invites={invites.value} onChange={() => void invites.reload()} />
        ) : (
          <Pending of={invites} />
        )}
      </Card>
    </>
  );
}

function Registration({ of, onChange }: { of: AdminRegistration; onChange(): Promise<void> }) {
  const id = useId();
  const choose = async (mode: AdminRegistration['mode']) => {
    try {
      await client.rest.request('PATCH /api/v1/admin/registration', { body: { mode } });
      toast(a.modeChanged);
      if (instance.value) instance.value = { ...instance.value, registration: mode };
    } finally {
      await onChange();
    }
  };
  return (
    <Card title={a.whoMayRegister}>
      <div class="admin-modes" role="radiogroup" aria-label={a.whoMayRegister}>
        {kModes.map((mode) => (
          <label key={mode} class="admin-mode">
            <input
              type="radio"
              name={`${id}-mode`}
              checked={of.mode === mode}
              disabled={of.fixed}
              aria-describedby={`${id}-${mode}`}
              onChange={() => attempt(choose(mode))}
            />
            <span>
              <b>{a.modes[mode].title}</b>
              <span id={`${id}-${mode}`} class="muted">
                {a.modes[mode].text}
              </span>
            </span>
          </label>
        ))}
      </div>
      {of.fixed ? <p class="field-hint">{a.modeFixed}</p> : null}
    </Card>
  );
}

function NewInvite({ onMade }: { onMade(): void }) {
  const id = useId();
  const note = useSignal('');
  const uses = useSignal('1');
  const days = useSignal(7);
  const make = async () => {
    const invite = await client.rest.request('POST /api/v1/admin/invites', {
      body: {
        uses: Number(uses.value),
        max_age: days.value * kDay,
        ...(note.value.trim() ? { note: note.value.trim() } : {}),
      },
    });
    note.value = '';
    onMade();
    if (canCopy()) await copy(linkOf(invite), a.linkCopied).catch(() => undefined); // the browser may want a click for it
  };
  return (
    <form
      class="admin-form"
      onSubmit={(event) => {
        event.preventDefault();
        attempt(make());
      }}
    >
      <Field
        label={a.inviteNote}
        value={note.value}
        onValue={(value) => (note.value = value)}
        hint={a.inviteNoteHint}
        maxLength={200}
      />
      <div class="field admin-small">
        <label for={`${id}-uses`}>{a.inviteUses}</label>
        <div class="field-line">
          <input
            id={`${id}-uses`}
            type="number"
            min={1}
            max={1_000_000}
            required
            value={uses.value}
            onInput={(event) => (uses.value = event.currentTarget.value)}
          />
        </div>
      </div>
      <div class="field admin-small">
        <label for={`${id}-age`}>{a.inviteAge}</label>
        <select
          id={`${id}-age`}
          class="select"
          value={days.value}
          onChange={(event) => (days.value = Number(event.currentTarget.value))}
        >
          {kDays.map((n) => (
            <option key={n} value={n}>
              {n === 0 ? a.forEver : a.days(n)}
            </option>
          ))}
        </select>
      </div>
      <button type="submit" class="button button-main">
        <Icon name="link" size={18} />
        {a.createInvite}
      </button>
    </form>
  );
}

function List({ invites, onChange }: { invites: AdminInvite[]; onChange(): void }) {
  const asked = useSignal<AdminInvite | undefined>(undefined);
  const chosen = asked.value;
  if (invites.length === 0) return <Empty title={a.noInvites} text={a.noInvitesHint} />;
  const revoke = async (invite: AdminInvite) => {
    await client.rest.request('DELETE /api/v1/admin/invites/{code}', { path: { code: invite.code } });
    onChange();
  };
  return (
    <>
      <ul class="admin-invites" aria-label={a.inviteLinks}>
        {invites.map((invite) => (
          <li key={invite.code}>
            <div class="row-words">
              <span class="row-title">{invite.note ?? a.anInvite}</span>
              <span class="row-text">
                {a.usesLeft(invite.uses_left, invite.uses)} ·{' '}
                {invite.expires_at ? a.expires(plainDate(new Date(invite.expires_at))) : a.neverExpires}
              </span>
              <code class="admin-link">{linkOf(invite)}</code>
            </div>
            <div class="admin-buttons">
              {canCopy() ? (
                <button
                  type="button"
                  class="button"
                  aria-label={`${a.copyLink}: ${invite.note ?? a.anInvite}`}
                  onClick={() => attempt(copy(linkOf(invite), a.linkCopied))}
                >
                  <Icon name="copy" size={18} />
                  {a.copyLink}
                </button>
              ) : null}
              <button
                type="button"
                class="button button-danger"
                aria-label={`${a.revoke}: ${invite.note ?? a.anInvite}`}
                onClick={() => (asked.value = invite)}
              >
                {a.revoke}
              </button>
            </div>
          </li>
        ))}
      </ul>
      {chosen ? (
        <Confirm
          title={a.revokeSure}
          text={a.revokeHint}
          action={a.revoke}
          onClose={() => (asked.value = undefined)}
          onConfirm={() => attempt(revoke(chosen))}
        />
      ) : null}
    </>
  );
}
