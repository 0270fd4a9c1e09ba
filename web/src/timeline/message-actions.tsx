import { signal } from '@preact/signals';
import type { Message } from '@rookery/sdk';
import { useRef } from 'preact/hooks';
import { client } from '../app/client.ts';
import { startEdit, startReply } from '../composer/target.ts';
import type { Conversation } from '../conversations/conversations.ts';
import { t } from '../i18n/index.ts';
import { nameOfId } from '../people/people.ts';
import { me } from '../session/session.ts';
import { Confirm } from '../ui/dialog.tsx';
import { Icon, type IconName } from '../ui/icon.tsx';
import { lazy } from '../ui/lazy.tsx';
import { Menu, type MenuItem } from '../ui/popover.tsx';
import { attempt, toast } from '../ui/toast.tsx';
import { toggleReaction } from './reactions.tsx';
import { plainText } from './text.tsx';
import { replace } from './timeline.ts';

const EmojiPicker = lazy(async () => (await import('../ui/emoji-picker.tsx')).EmojiPicker);
const ForwardDialog = lazy(async () => (await import('./forward-dialog.tsx')).ForwardDialog);
const WhoReacted = lazy(async () => (await import('./who-reacted.tsx')).WhoReacted);
const ReadBy = lazy(async () => (await import('./read-by.tsx')).ReadBy);

type Opened = 'emoji' | 'more' | 'delete' | 'forward' | 'reacted' | 'read';

/** What is open of a message's actions; it stays when the pointer goes elsewhere. */
export const opened = signal<{ id: string; what: Opened } | undefined>(undefined);

interface MessageActionsProps {
  message: Message;
  conversation: Conversation;
}

export function MessageActions({ message, conversation }: MessageActionsProps) {
  const bar = useRef<HTMLDivElement>(null);
  const own = message.author.id === me.value?.id;
  const mayDelete = own || conversation.channel.owner_id === me.value?.id;
  const now = opened.value?.id === message.id ? opened.value.what : undefined;
  const open = (what: Opened) => {
    opened.value = now === what ? undefined : { id: message.id, what };
  };
  const close = () => {
    if (opened.peek()?.id === message.id) opened.value = undefined;
  };
  return (
    <>
      {/* biome-ignore lint/a11y/useSemanticElements: a group of buttons, not fields of a form */}
      <div class="actions" role="group" aria-label={t.messageActions} ref={bar}>
        <Action icon="smile" label={t.react} open={now === 'emoji'} onClick={() => open('emoji')} />
        <Action icon="reply" label={t.reply} onClick={() => startReply(message)} />
        {own ? <Action icon="edit" label={t.edit} onClick={() => startEdit(message)} /> : null}
        {mayDelete ? <Action icon="trash" label={t.delete} onClick={() => open('delete')} /> : null}
        <Action icon="more" label={t.moreActions} open={now === 'more'} onClick={() => open('more')} />
      </div>
      {now === 'emoji' ? (
        <EmojiPicker
          anchor={bar}
          onPick={(emoji) => {
            close();
            toggleReaction(message, emoji);
          }}
          onClose={close}
        />
      ) : null}
      {now === 'more' ? (
        <Menu anchor={bar} label={t.moreActions} items={furtherOf(message, conversation, own)} onClose={close} />
      ) : null}
      {now === 'delete' ? (
        <Confirm
          title={t.deleteSure}
          text={`“${shortened(plainText(message.content, nameOfId))}” ${t.deleteHint}`}
          action={t.delete}
          onConfirm={() => remove(message)}
          onClose={close}
        />
      ) : null}
      {now === 'forward' ? <ForwardDialog message={message} onClose={close} /> : null}
      {now === 'reacted' ? <WhoReacted message={message} onClose={close} /> : null}
      {now === 'read' ? <ReadBy message={message} conversation={conversation} onClose={close} /> : null}
    </>
  );
}

function furtherOf(message: Message, { channel }: Conversation, own: boolean): MenuItem[] {
  const { channel_id, id, pinned } = message;
  const show = (what: Opened) => () => {
    opened.value = { id, what };
  };
  const copy = async () => {
    await navigator.clipboard.writeText(
      message.content.replace(/<@(\d+)>/g, (_, user: string) => `@${nameOfId(user)}`),
    );
    toast(t.copied);
  };
  const pin = async () => {
    await (pinned ? client.rest.unpin(channel_id, id) : client.rest.pin(channel_id, id));
    replace({ ...message, pinned: !pinned });
  };
  const items: (MenuItem | undefined)[] = [
    { icon: 'pin', label: pinned ? t.unpin : t.pin, onPick: () => attempt(pin()) },
    navigator.clipboard ? { icon: 'copy', label: t.copy, onPick: () => attempt(copy()) } : undefined,
    { icon: 'forward', label: t.forward, onPick: show('forward') },
    message.reactions.length > 0 ? { icon: 'smile', label: t.whoReacted, onPick: show('reacted') } : undefined,
    own && channel.type !== 'direct' ? { icon: 'checks', label: t.whoRead, onPick: show('read') } : undefined,
  ];
  return items.filter((item) => item !== undefined);
}

function remove(message: Message): void {
  const gone = { ...message, deleted: true, pinned: false, content: '', reactions: [] };
  attempt(client.rest.deleteMessage(message.channel_id, message.id).then(() => replace(gone)));
}

const kShown = 120;
const shortened = (text: string) => (text.length > kShown ? `${text.slice(0, kShown)}…` : text);

interface ActionProps {
  icon: IconName;
  label: string;
  /** Only where it opens something that stays beside it. */
  open?: boolean;
  onClick(): void;
}

function Action({ icon, label, open, onClick }: ActionProps) {
  return (
    <button type="button" class="icon-button" aria-label={label} title={label} aria-expanded={open} onClick={onClick}>
      <Icon name={icon} size={18} />
    </button>
  );
}
