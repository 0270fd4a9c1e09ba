import { useSignal } from '@preact/signals';
import type { Message, User } from '@rookery/sdk';
import { useEffect } from 'preact/hooks';
import { client } from '../app/client.ts';
import type { Conversation } from '../conversations/conversations.ts';
import { compareNames, t } from '../i18n/index.ts';
import { nameOf, people } from '../people/people.ts';
import { showPerson } from '../people/person.tsx';
import { PersonRow } from '../people/person-row.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { sentence } from '../ui/problem.ts';

type Receipts = Awaited<ReturnType<typeof client.rest.messageReceipts>>;

/** How far a message has come with each of a group; asked again whenever somebody's receipt comes. */
export function ReadBy({
  message,
  conversation,
  onClose,
}: {
  message: Message;
  conversation: Conversation;
  onClose(): void;
}) {
  const receipts = useSignal<Receipts | undefined>(undefined);
  const wrong = useSignal<string | undefined>(undefined);
  useEffect(() => {
    client.rest.messageReceipts(message.channel_id, message.id).then(
      (answer) => {
        receipts.value = answer;
      },
      (error) => {
        wrong.value = sentence(error);
      },
    );
  }, [message.id, conversation.receipts]);
  const known = receipts.value ?? {};
  const users = (conversation.channel.recipients ?? [])
    .map((user) => people.value.get(user.id) ?? user)
    .filter((user) => known[user.id] !== undefined)
    .sort((a, b) => compareNames(nameOf(a), nameOf(b)));
  const read = users.filter((user) => known[user.id]!.read);
  const delivered = users.filter((user) => !known[user.id]!.read && known[user.id]!.delivered);
  const waiting = users.filter((user) => !known[user.id]!.read && !known[user.id]!.delivered);
  return (
    <Dialog title={t.whoRead} onClose={onClose}>
      {wrong.value ? (
        <p class="form-error" role="alert">
          {wrong.value}
        </p>
      ) : receipts.value ? (
        <>
          <Part title={t.readBy(read.length)} users={read} />
          <Part title={t.deliveredTo(delivered.length)} users={delivered} />
          <Part title={t.notYetAt(waiting.length)} users={waiting} />
        </>
      ) : (
        <p class="dialog-waiting">
          <span class="spinner" />
        </p>
      )}
    </Dialog>
  );
}

function Part({ title, users }: { title: string; users: User[] }) {
  if (users.length === 0) return null;
  return (
    <section class="who" aria-label={title}>
      <h3>{title}</h3>
      <ul>
        {users.map((user) => (
          <li key={user.id}>
            <PersonRow user={user} onClick={() => showPerson(user)} />
          </li>
        ))}
      </ul>
    </section>
  );
}
