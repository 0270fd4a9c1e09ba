import { useSignal } from '@preact/signals';
import type { Message } from '@rookery/sdk';
import { useEffect } from 'preact/hooks';
import { client } from '../app/client.ts';
import { t } from '../i18n/index.ts';
import { remember } from '../people/people.ts';
import { Dialog } from '../ui/dialog.tsx';
import { Icon } from '../ui/icon.tsx';
import { sentence } from '../ui/problem.ts';
import { attempt } from '../ui/toast.tsx';
import { jumpToMessage } from './jump.ts';
import { MessageCard } from './message-card.tsx';

/** What is pinned in a conversation; it follows what others pin, unpin, edit and delete meanwhile. */
export function Pins({ channel, onClose }: { channel: string; onClose(): void }) {
  const pins = useSignal<Message[] | undefined>(undefined);
  const wrong = useSignal<string | undefined>(undefined);
  const load = () =>
    client.rest.pins(channel).then(
      (messages) => {
        remember(messages.map((one) => one.author));
        pins.value = messages;
        wrong.value = undefined;
      },
      (error) => {
        wrong.value = sentence(error);
      },
    );
  useEffect(() => {
    const changed = (d: { channel_id: string; message: Message }) => {
      const known = pins.peek()?.some((one) => one.id === d.message.id);
      if (d.channel_id === channel && (d.message.pinned || known)) void load();
    };
    void load();
    const offs = [
      client.on('MESSAGE_UPDATE', changed),
      client.on('MESSAGE_DELETE', changed),
      client.on('state', (state) => {
        if (state.kind === 'online' && wrong.peek()) void load();
      }),
    ];
    return () => {
      for (const off of offs) off();
    };
  }, [channel]);
  const unpin = async (message: Message) => {
    await client.rest.unpin(channel, message.id);
    pins.value = pins.peek()?.filter((one) => one.id !== message.id);
  };
  return (
    <Dialog title={t.pinnedMessages} onClose={onClose} drawer>
      {wrong.value ? (
        <p class="form-error" role="alert">
          {wrong.value}{' '}
          <button type="button" class="link" onClick={() => void load()}>
            {t.tryAgain}
          </button>
        </p>
      ) : pins.value === undefined ? (
        <p class="dialog-waiting">
          <span class="spinner" />
        </p>
      ) : pins.value.length === 0 ? (
        <div class="panel-empty">
          <Icon name="pin" size={40} />
          <h3>{t.noPins}</h3>
          <p class="muted">{t.noPinsHint}</p>
        </div>
      ) : (
        <ul class="message-cards">
          {pins.value.map((message) => (
            <MessageCard
              key={message.id}
              message={message}
              onJump={() => {
                onClose();
                jumpToMessage(channel, message.seq);
              }}
            >
              <button
                type="button"
                class="icon-button"
                aria-label={t.unpin}
                title={t.unpin}
                onClick={() => attempt(unpin(message))}
              >
                <Icon name="close" size={16} />
              </button>
            </MessageCard>
          ))}
        </ul>
      )}
    </Dialog>
  );
}
