import { t } from '../i18n/index.ts';
import { Dialog } from '../ui/dialog.tsx';
import { commandKey } from './shortcuts.ts';
import './shortcuts-sheet.css';

/** Which keys do what. */
export function ShortcutsSheet({ onClose }: { onClose(): void }) {
  const { everywhere, conversation, message } = t.keys;
  const parts: [string, [string, string[]][]][] = [
    [
      everywhere.title,
      [
        [everywhere.find, [commandKey, 'K']],
        [everywhere.next, ['Alt', '↓']],
        [everywhere.previous, ['Alt', '↑']],
        [everywhere.nextUnread, ['Alt', '⇧', '↓']],
        [everywhere.readAll, ['⇧', 'Esc']],
        [everywhere.settings, [commandKey, ',']],
        [everywhere.sheet, ['?']],
      ],
    ],
    [
      conversation.title,
      [
        [conversation.send, ['↵']],
        [conversation.line, ['⇧', '↵']],
        [conversation.edit, ['↑']],
        [conversation.composer, ['Esc']],
        [conversation.read, ['Esc', 'Esc']],
      ],
    ],
    [
      message.title,
      [
        [message.walk, ['↑', '↓']],
        [message.actions, ['Tab']],
      ],
    ],
  ];
  return (
    <Dialog title={t.keyboard} onClose={onClose}>
      {parts.map(([title, keys]) => (
        <section key={title} class="keys">
          <h3>{title}</h3>
          <dl>
            {keys.map(([what, pressed]) => (
              <div key={what}>
                <dt>{what}</dt>
                <dd>
                  {pressed.map((key, at) => (
                    <kbd key={at}>{key}</kbd>
                  ))}
                </dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
    </Dialog>
  );
}
