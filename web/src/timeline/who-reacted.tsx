import { useSignal } from '@preact/signals';
import type { Message, User } from '@rookery/sdk';
import { useEffect } from 'preact/hooks';
import { client } from '../app/client.ts';
import { t } from '../i18n/index.ts';
import { people, remember } from '../people/people.ts';
import { showPerson } from '../people/person.tsx';
import { PersonRow } from '../people/person-row.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { sentence } from '../ui/problem.ts';

/** Everybody's reactions to a message, emoji by emoji. */
export function WhoReacted({ message, onClose }: { message: Message; onClose(): void }) {
  const users = useSignal<ReadonlyMap<string, User[]>>(new Map());
  const wrong = useSignal<string | undefined>(undefined);
  useEffect(() => {
    const ask = async () => {
      for (const { emoji } of message.reactions) {
        const who = await client.rest.reactions(message.channel_id, message.id, emoji);
        remember(who);
        users.value = new Map(users.peek()).set(emoji, who);
      }
    };
    ask().catch((error) => {
      wrong.value = sentence(error);
    });
  }, [message.id]);
  return (
    <Dialog title={t.whoReacted} onClose={onClose}>
      {wrong.value ? (
        <p class="form-error" role="alert">
          {wrong.value}
        </p>
      ) : null}
      {message.reactions.map(({ emoji, count }) => (
        <section key={emoji} class="who">
          <h3>
            <span class="who-emoji">{emoji}</span> {t.members(count)}
          </h3>
          <ul>
            {users.value.get(emoji)?.map((user) => (
              <li key={user.id}>
                <PersonRow user={people.value.get(user.id) ?? user} onClick={() => showPerson(user)} />
              </li>
            ))}
          </ul>
        </section>
      ))}
    </Dialog>
  );
}
