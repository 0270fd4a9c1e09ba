import type { Message } from '@rookery/sdk';
import type { ComponentChild } from 'preact';
import { t } from '../i18n/index.ts';
import { nameOf, nameOfId, people } from '../people/people.ts';
import { me } from '../session/session.ts';

// A link ends before the punctuation that belongs to the sentence around it.
const kParts = /(https?:\/\/[^\s<>"]*[^\s<>".,:;!?)'\]])|<@(\d+)>|(@everyone)\b|`([^`\n]+)`/g;
const kOnlyEmoji =
  /^(?:\p{Extended_Pictographic}(?:\u200d\p{Extended_Pictographic}|[\ufe0f\u{1f3fb}-\u{1f3ff}])*\s*){1,4}$/u;

export const isOnlyEmoji = (content: string): boolean => content.length < 64 && kOnlyEmoji.test(content);

/** The content with its links, mentions and `code`; everything else as it was written. */
export function richText(content: string): ComponentChild[] {
  const parts: ComponentChild[] = [];
  let end = 0;
  for (const match of content.matchAll(kParts)) {
    const [whole, link, user, everyone, code] = match;
    parts.push(content.slice(end, match.index));
    end = match.index + whole.length;
    if (link) {
      parts.push(
        <a href={link} target="_blank" rel="noopener noreferrer nofollow">
          {link}
        </a>,
      );
    } else if (user) {
      parts.push(<span class={user === me.value?.id ? 'mention mention-me' : 'mention'}>@{nameOfId(user)}</span>);
    } else if (everyone) {
      parts.push(<span class="mention">{everyone}</span>);
    } else {
      parts.push(<code>{code}</code>);
    }
  }
  parts.push(content.slice(end));
  return parts;
}

/** For one line: mentions by name, white space folded. */
export function plainText(content: string, name: (id: string) => string): string {
  return content.replace(/<@(\d+)>/g, (_, id: string) => `@${name(id)}`).replace(/\s+/g, ' ');
}

export function systemText(message: Message): string {
  const actor =
    message.author.id === me.value?.id ? undefined : nameOf(people.value.get(message.author.id) ?? message.author);
  const { kind, user_id, name } = message.system ?? {};
  const whom = user_id === me.value?.id ? undefined : nameOfId(user_id);
  switch (kind) {
    case 'member_add':
      return t.systemAdd(actor, whom);
    case 'member_remove':
      return t.systemRemove(actor, whom);
    case 'member_leave':
      return t.systemLeave(actor);
    case 'rename':
      return t.systemRename(actor, name ?? '');
    default:
      return '';
  }
}
