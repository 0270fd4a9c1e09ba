import { useSignal } from '@preact/signals';
import type { User } from '@rookery/sdk';
import { client } from '../app/client.ts';
import { compareNames, t } from '../i18n/index.ts';
import { blocked } from '../people/blocks.ts';
import { nameOf, people, presences } from '../people/people.ts';
import { showPerson } from '../people/person.tsx';
import { BlockButton, PersonHead } from '../people/person-card.tsx';
import { PersonRow } from '../people/person-row.tsx';
import { me } from '../session/session.ts';
import { Avatar } from '../ui/avatar.tsx';
import { Confirm, Dialog } from '../ui/dialog.tsx';
import { Field } from '../ui/field.tsx';
import { Icon } from '../ui/icon.tsx';
import { sentence } from '../ui/problem.ts';
import { attempt } from '../ui/toast.tsx';
import { type Conversation, titleOf } from './conversations.ts';
import { NotifyPart } from './notify-part.tsx';
import { PeoplePicker } from './people-picker.tsx';
import './details.css';

/** Who a conversation is with, and what can be done about it. */
export function Details({ conversation, onClose }: { conversation: Conversation; onClose(): void }) {
  return (
    <Dialog title={t.details} onClose={onClose} drawer>
      {conversation.channel.type === 'direct' ? (
        <Person conversation={conversation} />
      ) : (
        <Group conversation={conversation} onClose={onClose} />
      )}
    </Dialog>
  );
}

function Person({ conversation }: { conversation: Conversation }) {
  const other = conversation.channel.recipients?.find((user) => user.id !== me.value?.id);
  if (!other) return null;
  const user = people.value.get(other.id) ?? other;
  return (
    <>
      <PersonHead user={user} id={user.id} />
      <NotifyPart channel={conversation.channel.id} />
      {blocked.value && user.username !== 'deleted' ? (
        <div class="details-part">
          <BlockButton user={user} wide />
          <p class="field-hint">{t.blockHint}</p>
        </div>
      ) : null}
    </>
  );
}

function Group({ conversation, onClose }: { conversation: Conversation; onClose(): void }) {
  const { channel } = conversation;
  const leaving = useSignal(false);
  const adding = useSignal(false);
  const title = titleOf(channel);
  return (
    <>
      <div class="details-top">
        <Avatar id={channel.id} name={title} size="huge" />
        <Rename key={channel.name} channel={channel.id} name={channel.name ?? ''} title={title} />
        <p class="muted">{t.members(channel.member_count)}</p>
      </div>
      <NotifyPart channel={channel.id} />
      <div class="details-part">
        <div class="details-line">
          <h3>{t.memberList}</h3>
          <button type="button" class="button" onClick={() => (adding.value = !adding.value)}>
            <Icon name="plus" size={18} />
            {t.addPeople}
          </button>
        </div>
        {adding.value ? <AddPeople conversation={conversation} onDone={() => (adding.value = false)} /> : null}
        <Members conversation={conversation} />
      </div>
      <div class="details-part">
        <button type="button" class="button button-danger button-wide" onClick={() => (leaving.value = true)}>
          <Icon name="leave" size={18} />
          {t.leaveGroup}
        </button>
      </div>
      {leaving.value ? (
        <Confirm
          title={t.leaveGroup}
          text={channel.owner_id === me.value?.id ? `${t.leaveSure} ${t.leaveOwner}` : t.leaveSure}
          action={t.leaveGroup}
          onConfirm={() => attempt(client.rest.leaveChannel(channel.id).then(onClose))}
          onClose={() => (leaving.value = false)}
        />
      ) : null}
    </>
  );
}

function Rename({ channel, name, title }: { channel: string; name: string; title: string }) {
  const editing = useSignal(false);
  const text = useSignal(name);
  if (!editing.value) {
    return (
      <h3 class="details-title">
        {title}
        <button
          type="button"
          class="icon-button"
          aria-label={t.rename}
          title={t.rename}
          onClick={() => (editing.value = true)}
        >
          <Icon name="edit" size={16} />
        </button>
      </h3>
    );
  }
  const save = (event: Event) => {
    event.preventDefault();
    editing.value = false;
    const wanted = text.value.trim();
    if (wanted && wanted !== name) attempt(client.rest.updateChannel(channel, { name: wanted }));
  };
  return (
    <form class="details-rename" onSubmit={save}>
      <Field
        label={t.groupName}
        value={text.value}
        onValue={(value) => (text.value = value)}
        maxLength={100}
        autofocus
      />
      <button type="submit" class="button button-main">
        {t.save}
      </button>
    </form>
  );
}

function AddPeople({ conversation, onDone }: { conversation: Conversation; onDone(): void }) {
  const chosen = useSignal<User[]>([]);
  const wrong = useSignal<string | undefined>(undefined);
  const busy = useSignal(false);
  const { channel } = conversation;
  const here = new Set((channel.recipients ?? []).map((user) => user.id));
  // One after the other; who could not be added stays chosen, with the reason below.
  const add = async (event: Event) => {
    event.preventDefault();
    busy.value = true;
    wrong.value = undefined;
    for (const user of chosen.value) {
      try {
        await client.rest.addMember(channel.id, user.id);
        chosen.value = chosen.value.filter((one) => one.id !== user.id);
      } catch (error) {
        wrong.value = t.notAdded(nameOf(user), sentence(error));
        break;
      }
    }
    busy.value = false;
    if (!wrong.value) onDone();
  };
  return (
    <form onSubmit={add}>
      <PeoplePicker chosen={chosen.value} onChange={(users) => (chosen.value = users)} without={here} />
      {wrong.value ? (
        <p class="form-error" role="alert">
          {wrong.value}
        </p>
      ) : null}
      <div class="dialog-actions">
        <button type="submit" class="button button-main" disabled={busy.value || chosen.value.length === 0}>
          {t.add}
        </button>
      </div>
    </form>
  );
}

const kFilterFrom = 12; // members from which on there is a line to search on

/** The owner first, then who is there, then the others, each by name. */
function Members({ conversation }: { conversation: Conversation }) {
  const { channel } = conversation;
  const query = useSignal('');
  const removing = useSignal<User | undefined>(undefined);
  const owner = channel.owner_id === me.value?.id;
  const all = (channel.recipients ?? []).map((user) => people.value.get(user.id) ?? user);
  const rank = (user: User) => {
    if (user.id === channel.owner_id) return 0;
    const status = user.id === me.value?.id ? 'online' : presences.value.get(user.id)?.status;
    return status === 'online' ? 1 : status === 'away' ? 2 : 3;
  };
  const remove = (user: User) => () => attempt(client.rest.removeMember(channel.id, user.id));
  const wanted = query.value.trim().toLowerCase();
  const fits = (user: User) => user.username.includes(wanted) || nameOf(user).toLowerCase().includes(wanted);
  const users = all.filter(fits).sort((a, b) => rank(a) - rank(b) || compareNames(nameOf(a), nameOf(b)));
  return (
    <>
      {all.length >= kFilterFrom ? (
        <input
          class="members-filter"
          type="search"
          value={query.value}
          onInput={(event) => (query.value = event.currentTarget.value)}
          placeholder={t.findMember}
          aria-label={t.findMember}
          autocomplete="off"
          spellcheck={false}
        />
      ) : null}
      {users.length === 0 ? <p class="muted members-none">{t.noMember(query.value.trim())}</p> : null}
      <ul class="members">
        {users.map((user) => (
          <li key={user.id} class="member">
            <PersonRow user={user} onClick={() => showPerson(user)}>
              {user.id === channel.owner_id ? <span class="tag">{t.owner}</span> : null}
            </PersonRow>
            {owner && user.id !== me.value?.id ? (
              <button
                type="button"
                class="icon-button"
                aria-label={t.remove(nameOf(user))}
                title={t.remove(nameOf(user))}
                onClick={() => (removing.value = user)}
              >
                <Icon name="close" size={16} />
              </button>
            ) : null}
          </li>
        ))}
      </ul>
      {removing.value ? (
        <Confirm
          title={t.removeSure(nameOf(removing.value))}
          text={t.removeHint}
          action={t.removeAction}
          onConfirm={remove(removing.value)}
          onClose={() => (removing.value = undefined)}
        />
      ) : null}
    </>
  );
}
