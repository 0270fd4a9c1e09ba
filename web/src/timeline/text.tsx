import { useSignal } from '@preact/signals';
import type { Message } from '@rookery/sdk';
import type { ComponentChild, ComponentChildren } from 'preact';
import { useMemo } from 'preact/hooks';
import { t } from '../i18n/index.ts';
import { nameOf, nameOfId, people } from '../people/people.ts';
import { me } from '../session/session.ts';
import { CodeBlock } from './code-block.tsx';
import { type Block, type Inline, inlineText, parseMarkdown, textOf } from './markdown.ts';

const kOnlyEmoji =
  /^(?:\p{Extended_Pictographic}(?:\u200d\p{Extended_Pictographic}|[\ufe0f\u{1f3fb}-\u{1f3ff}])*\s*){1,4}$/u;

export const isOnlyEmoji = (content: string): boolean => content.length < 64 && kOnlyEmoji.test(content);

interface TextProps {
  content: string;
  /** What a click on somebody's name does. */
  onPerson?: ((id: string) => void) | undefined;
}

/** The content with its marks, links, mentions, lists and code. Words alone stay in the line that they share with the time. */
export function Text({ content, onPerson }: TextProps) {
  const parsed = useMemo(() => parseMarkdown(content), [content]);
  return <span class="text">{blocks(parsed, onPerson)}</span>;
}

function blocks(parsed: readonly Block[], onPerson: TextProps['onPerson']): ComponentChild[] {
  return parsed.map((one, at) => block(one, at === parsed.length - 1, onPerson));
}

function block(one: Block, last: boolean, onPerson: TextProps['onPerson']): ComponentChild {
  switch (one.kind) {
    case 'text': {
      const words = inlines(one.children, onPerson);
      return last ? words : <span class="paragraph">{words}</span>;
    }
    case 'code':
      return <CodeBlock language={one.language} text={one.text} />;
    case 'quote':
      return <blockquote>{blocks(one.children, onPerson)}</blockquote>;
    case 'list': {
      const items = one.items.map((item) => <li>{blocks(item, onPerson)}</li>);
      return one.start === undefined ? <ul>{items}</ul> : <ol start={one.start}>{items}</ol>;
    }
  }
}

function inlines(parts: readonly Inline[], onPerson: TextProps['onPerson']): ComponentChild[] {
  return parts.map((part) => inline(part, onPerson));
}

function inline(part: Inline, onPerson: TextProps['onPerson']): ComponentChild {
  if (typeof part === 'string') return part;
  switch (part.kind) {
    case 'bold':
      return <strong>{inlines(part.children, onPerson)}</strong>;
    case 'italic':
      return <em>{inlines(part.children, onPerson)}</em>;
    case 'strike':
      return <s>{inlines(part.children, onPerson)}</s>;
    case 'spoiler':
      return <Spoiler hidden={inlineText(part.children, nameOfId, '')}>{inlines(part.children, onPerson)}</Spoiler>;
    case 'code':
      return <code>{part.text}</code>;
    case 'link':
      return (
        <a href={part.href} title={part.href} target="_blank" rel="noopener noreferrer nofollow">
          {part.text}
        </a>
      );
    case 'user':
      return <Mention id={part.id} onPerson={onPerson} />;
    case 'everyone':
      return <span class="mention mention-me">@everyone</span>;
  }
}

function Mention({ id, onPerson }: { id: string; onPerson: TextProps['onPerson'] }) {
  const names = id === me.value?.id ? 'mention mention-me' : 'mention';
  const name = `@${nameOfId(id)}`;
  if (!onPerson) return <span class={names}>{name}</span>;
  return (
    <button type="button" class={names} onClick={() => onPerson(id)}>
      {name}
    </button>
  );
}

/** Hidden until somebody wants to know. */
function Spoiler({ hidden, children }: { hidden: string; children: ComponentChildren }) {
  const shown = useSignal(false);
  if (shown.value) return <span class="spoiler spoiler-shown">{children}</span>;
  return (
    <button type="button" class="spoiler" aria-label={t.spoiler} title={t.spoiler} onClick={() => (shown.value = true)}>
      <span aria-hidden="true">{hidden}</span>
    </button>
  );
}

const kExcerpt = 400; // characters; no line of a list shows more

/** For one line: mentions by name, no marks, white space folded. */
export function plainText(content: string, name: (id: string) => string): string {
  return textOf(parseMarkdown(content.slice(0, kExcerpt)), name, '▒▒▒').replace(/\s+/g, ' ');
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
