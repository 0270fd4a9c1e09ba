import { useSignal } from '@preact/signals';
import type { User } from '@rookery/sdk';
import { useEffect } from 'preact/hooks';
import { client } from '../app/client.ts';
import { plainDate, t } from '../i18n/index.ts';
import { minute, nameOf, people, presences } from '../people/people.ts';
import { presenceText } from '../people/presence-text.ts';
import { me } from '../session/session.ts';
import { Avatar } from '../ui/avatar.tsx';
import { Confirm, Dialog } from '../ui/dialog.tsx';
import { Field } from '../ui/field.tsx';
import { Icon } from '../ui/icon.tsx';
import { attempt } from '../ui/toast.tsx';
import { type Conversation, openDirect, titleOf } from './conversations.ts';
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
  const blocked = useSignal<boolean | undefined>(undefined);
  const other = conversation.channel.recipients?.find((user) => user.id !== me.value?.id);
  useEffect(() => {
    void client.rest.blocks().then(
      (users) => {
        blocked.value = users.some((user) => user.id === other?.id);
      },
      () => undefined, // without an answer there is no button
    );
  }, [other?.id]);
  if (!other) return null;
  const user = people.value.get(other.id) ?? other;
  const toggle = async () => {
    const next = !blocked.value;
    await (next ? client.rest.block(user.id) : client.rest.unblock(user.id));
    blocked.value = next;
  };
  return (
    <>
      <div class="details-top">
        <Avatar id={user.id} name={nameOf(user)} size="huge" presence={presences.value.get(user.id)?.status} />
        <h3>{nameOf(user)}</h3>
        <p class="muted">@{user.username}</p>
        <p class="muted">{presenceText(presences.value.get(user.id), new Date(Math.max(minute.value, Date.now())))}</p>
        <p class="muted">{t.memberSince(plainDate(new Date(user.created_at)))}</p>
      </div>
      {blocked.value === undefined ? null : (
        <div class="details-part">
          <button type="button" class="button button-wide" onClick={() => attempt(toggle())}>
            {blocked.value ? t.unblock : t.block}
          </button>
          <p class="field-hint">{t.blockHint}</p>
        </div>
      )}
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
      <div class="details-part">
        <div class="details-line">
          <h3>{t.memberList}</h3>
          <button type="button" class="button" onClick={() => (adding.value = !adding.value)}>
            <Icon name="plus" size={18} />
            {t.addPeople}
          </button>
        </div>
        {adding.value ? <AddPeople conversation={conversation} onDone={() => (adding.value = false)} /> : null}
        <Members conversation={conversation} onClose={onClose} />
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
          text={t.leaveSure}
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
  const { channel } = conversation;
  const here = new Set((channel.recipients ?? []).map((user) => user.id));
  const add = async () => {
    for (const user of chosen.value) await client.rest.addMember(channel.id, user.id);
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        attempt(add());
        onDone();
      }}
    >
      <PeoplePicker chosen={chosen.value} onChange={(users) => (chosen.value = users)} without={here} />
      <div class="dialog-actions">
        <button type="submit" class="button button-main" disabled={chosen.value.length === 0}>
          {t.add}
        </button>
      </div>
    </form>
  );
}

function Members({ conversation, onClose }: { conversation: Conversation; onClose(): void }) {
  const { channel } = conversation;
  const owner = channel.owner_id === me.value?.id;
  const users = (channel.recipients ?? []).map((user) => people.value.get(user.id) ?? user);
  users.sort((a, b) => nameOf(a).localeCompare(nameOf(b)));
  const write = (user: User) => {
    onClose();
    attempt(openDirect(user.id));
  };
  return (
    <ul class="members">
      {users.map((user) => {
        const self = user.id === me.value?.id;
        const presence = presences.value.get(user.id);
        return (
          <li key={user.id} class="member">
            <button type="button" class="row" disabled={self} onClick={() => write(user)}>
              <Avatar id={user.id} name={nameOf(user)} size="small" presence={presence?.status} />
              <span class="row-words">
                <span class="row-title">{self ? t.yourself(nameOf(user)) : nameOf(user)}</span>
                <span class="row-text">
                  {self ? `@${user.username}` : presenceText(presence, new Date()) || `@${user.username}`}
                </span>
              </span>
              {user.id === channel.owner_id ? <span class="tag">{t.owner}</span> : null}
            </button>
            {owner && !self ? (
              <button
                type="button"
                class="icon-button"
                aria-label={t.remove(nameOf(user))}
                title={t.remove(nameOf(user))}
                onClick={() => attempt(client.rest.removeMember(channel.id, user.id))}
              >
                <Icon name="close" size={16} />
              </button>
            ) : null}
          </li>
        );
      })}
    </ul>
  );
}
