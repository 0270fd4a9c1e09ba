// A safe subset of Markdown, read into a tree of plain objects; what draws them makes nodes, never HTML. Reading takes time in
// proportion to the text, whatever it holds: every search goes forward once, and every depth has a limit.

export type Inline =
  | string
  | { kind: 'bold' | 'italic' | 'strike' | 'spoiler'; children: Inline[] }
  | { kind: 'code'; text: string }
  | { kind: 'link'; href: string; text: string }
  | { kind: 'user'; id: string }
  | { kind: 'everyone' };

export type Block =
  | { kind: 'text'; children: Inline[] }
  | { kind: 'code'; language: string; text: string }
  | { kind: 'quote'; children: Block[] }
  | { kind: 'list'; start: number | undefined; items: Block[][] };

const kDepth = 4; // of quotes and lists in one another; what is deeper stays as it was written

export function parseMarkdown(content: string): Block[] {
  return blocks(content.split('\n'), 0);
}

const kFence = /^(`{3,8}|~{3,8})([^`\n]*)$/;
const kItem = /^( {0,6})([-*+]|\d{1,9}[.)]) (?=\S)/;
const kQuote = /^>(?: |$)/;

function blocks(lines: readonly string[], depth: number): Block[] {
  const found: Block[] = [];
  let text: string[] = [];
  const endText = (more: boolean) => {
    // Empty lines beside a block are its distance; between words they are what somebody wrote.
    const full = (line: string) => line.trim() !== '';
    const from = found.length > 0 ? text.findIndex(full) : 0;
    const to = more ? text.findLastIndex(full) + 1 : text.length;
    if (from >= 0 && to > from) found.push({ kind: 'text', children: parseInline(text.slice(from, to).join('\n')) });
    text = [];
  };
  const put = (block: Block) => {
    endText(true);
    found.push(block);
  };
  const unclosed = new Set<string>(); // fences that nothing after here closes: not looked for again
  for (let at = 0; at < lines.length; ) {
    const line = lines[at]!;
    const fence = kFence.exec(line);
    if (fence && !unclosed.has(fence[1]!)) {
      const close = lines.indexOf(fence[1]!, at + 1);
      if (close >= 0) {
        put({ kind: 'code', language: fence[2]!.trim().toLowerCase(), text: lines.slice(at + 1, close).join('\n') });
        at = close + 1;
        continue;
      }
      unclosed.add(fence[1]!);
    }
    if (depth < kDepth && kQuote.test(line)) {
      let end = at + 1;
      while (end < lines.length && kQuote.test(lines[end]!)) end++;
      const inner = lines.slice(at, end).map((one) => one.slice(one.startsWith('> ') ? 2 : 1));
      put({ kind: 'quote', children: blocks(inner, depth + 1) });
      at = end;
      continue;
    }
    if (depth < kDepth && kItem.test(line)) {
      const list = listFrom(lines, at, depth);
      put(list.block);
      at = list.end;
      continue;
    }
    text.push(line);
    at++;
  }
  endText(false);
  return found;
}

function listFrom(lines: readonly string[], from: number, depth: number): { block: Block; end: number } {
  const [, indent, marker] = kItem.exec(lines[from]!)!;
  const ordered = /\d/.test(marker!);
  const items: string[][] = [];
  let at = from;
  for (; at < lines.length; at++) {
    const line = lines[at]!;
    const item = kItem.exec(line);
    if (item && item[1]!.length <= indent!.length + 1) {
      if (/\d/.test(item[2]!) !== ordered || item[1]!.length < indent!.length) break;
      items.push([line.slice(item[0].length)]);
    } else if (line.startsWith(`${indent}  `) && line.trim() !== '') {
      items.at(-1)!.push(line.slice(indent!.length + 2)); // deeper: it belongs to the item above
    } else {
      break;
    }
  }
  const start = ordered ? Number.parseInt(marker!, 10) : undefined;
  return { block: { kind: 'list', start, items: items.map((item) => blocks(item, depth + 1)) }, end: at };
}

type Mark = 'bold' | 'italic' | 'strike' | 'spoiler';

/** A marker that may still find its end, and what stands behind it so far. */
interface Open {
  mark: Mark | undefined;
  written: string;
  children: Inline[];
}

const kSpecial = /[\\`*_~|<@[]|https?:\/\//gi;
const kMarks: Record<string, Mark> = {
  '*': 'italic',
  _: 'italic',
  '**': 'bold',
  __: 'bold',
  '~~': 'strike',
  '||': 'spoiler',
};
const kMarker = /\*{1,3}(?!\*)|_{1,3}(?!_)|~~(?!~)|\|\|(?!\|)/y;
const kMarkerRun = /\*+|_+|~+|\|+/y;
const kTicks = /`+/y;
const kUser = /<@(\d{1,20})>/y;
const kEveryone = /@everyone(?![\p{L}\p{N}_])/uy;
const kLink = /https?:\/\/[^\s<>"]+/iy;
const kNamedLink = /\[([^[\]\n]{1,200})\]\((https?:\/\/[^\s<>()"]{1,2000})\)/iy;
const kEscaped = /\\[\\`*_~|>[\]()#+.-]/y;
const kWord = /[\p{L}\p{N}]/u;
const kSpace = /^\s?$/;
const kLooksLikeLink = /:\/\/|^www\.|@/i; // words of a link that would say another address than it has

export function parseInline(text: string): Inline[] {
  const stack: Open[] = [{ mark: undefined, written: '', children: [] }];
  let end = 0; // up to where the text is read
  const ticks = new TickRuns(text);
  const put = (part: Inline) => push(stack.at(-1)!.children, part);
  const match = (pattern: RegExp, at: number): RegExpExecArray | null => {
    pattern.lastIndex = at;
    return pattern.exec(text);
  };
  while (end < text.length) {
    kSpecial.lastIndex = end;
    const at = kSpecial.exec(text)?.index ?? text.length;
    if (at > end) put(text.slice(end, at));
    if (at === text.length) break;
    end = special(at);
  }
  while (stack.length > 1) giveUp(stack);
  return stack[0]!.children;

  function special(at: number): number {
    switch (text[at]) {
      case '\\': {
        const escaped = match(kEscaped, at);
        put(escaped ? escaped[0][1]! : '\\');
        return at + (escaped ? 2 : 1);
      }
      case '`':
        return code(at);
      case '<': {
        const user = match(kUser, at);
        put(user ? { kind: 'user', id: user[1]! } : '<');
        return at + (user ? user[0].length : 1);
      }
      case '@': {
        const everyone = match(kEveryone, at);
        put(everyone ? { kind: 'everyone' } : '@');
        return at + (everyone ? everyone[0].length : 1);
      }
      case '[': {
        const link = match(kNamedLink, at);
        const href = link && address(link[2]!);
        if (!link || !href || kLooksLikeLink.test(link[1]!)) {
          put('[');
          return at + 1;
        }
        put({ kind: 'link', href, text: link[1]! });
        return at + link[0].length;
      }
      case 'h':
      case 'H':
        return plainLink(at);
      default:
        return marker(at);
    }
  }

  function code(at: number): number {
    const run = match(kTicks, at)![0];
    const close = ticks.next(run.length, at + run.length);
    if (close === undefined) {
      put(run);
      return at + run.length;
    }
    const inside = text.slice(at + run.length, close);
    const padded = inside.startsWith(' ') && inside.endsWith(' ') && inside.trim() !== '';
    put({ kind: 'code', text: padded ? inside.slice(1, -1) : inside });
    return close + run.length;
  }

  function plainLink(at: number): number {
    const found = kWord.test(text[at - 1] ?? '') ? null : match(kLink, at);
    if (!found) {
      put(text[at]!);
      return at + 1;
    }
    const written = withoutSentence(
      found[0],
      stack.some((one) => one.written.includes('_')),
    );
    const href = address(written);
    put(href ? { kind: 'link', href, text: written } : written);
    return at + written.length;
  }

  function marker(at: number): number {
    const found = match(kMarker, at);
    if (!found) {
      const run = match(kMarkerRun, at)![0];
      put(run);
      return at + run.length;
    }
    const run = found[0];
    const before = text[at - 1] ?? '';
    const after = text[at + run.length] ?? '';
    // Inside a word, a star is a times sign and a line is part of a name.
    const inWord = run.length === 1 || run[0] === '_' ? kWord.test(before) && kWord.test(after) : false;
    const opens = !inWord && !kSpace.test(after) && !(run[0] === '_' && kWord.test(before));
    const closes = !inWord && !kSpace.test(before) && !(run[0] === '_' && kWord.test(after));
    const [char] = run;
    const parts = run.length === 3 ? [char! + char!, char!] : [run];
    if (closes && run.length === 3) {
      // The one that was opened last ends first.
      const inner = stack.findLast((one) => parts.includes(one.written));
      if (inner && inner.written === parts[1]) parts.reverse();
    }
    for (const part of parts) {
      const mark = kMarks[part]!;
      const open = stack.findLastIndex((one) => one.written === part);
      if (closes && open > 0 && (open < stack.length - 1 || stack[open]!.children.length > 0)) {
        while (stack.length - 1 > open) giveUp(stack);
        const { children } = stack.pop()!;
        push(stack.at(-1)!.children, { kind: mark, children });
      } else if (opens) {
        // A later beginning is the better one; the earlier is only a sign.
        if (open > 0) while (stack.length > open) giveUp(stack);
        stack.push({ mark, written: part, children: [] });
      } else {
        put(part);
      }
    }
    return at + run.length;
  }
}

/** The innermost marker has no end: it is what it looks like. */
function giveUp(stack: Open[]): void {
  const { written, children } = stack.pop()!;
  const outer = stack.at(-1)!.children;
  push(outer, written);
  for (const child of children) push(outer, child);
}

function push(parts: Inline[], part: Inline): void {
  const last = parts.at(-1);
  if (typeof part === 'string' && typeof last === 'string') parts[parts.length - 1] = last + part;
  else parts.push(part);
}

/** Where runs of so many backticks stand; asked in the order of the text. */
class TickRuns {
  #runs: Map<number, { starts: number[]; next: number }> | undefined;

  constructor(private readonly text: string) {}

  next(length: number, from: number): number | undefined {
    this.#runs ??= this.#find();
    const runs = this.#runs.get(length);
    if (!runs) return undefined;
    while (runs.next < runs.starts.length && runs.starts[runs.next]! < from) runs.next++;
    return runs.starts[runs.next];
  }

  #find(): Map<number, { starts: number[]; next: number }> {
    const found = new Map<number, { starts: number[]; next: number }>();
    for (const run of this.text.matchAll(/`+/g)) {
      const runs = found.get(run[0].length) ?? { starts: [], next: 0 };
      runs.starts.push(run.index);
      found.set(run[0].length, runs);
    }
    return found;
  }
}

/** A link ends before the punctuation that belongs to the sentence around it, and before a bracket that was not opened in it. */
function withoutSentence(link: string, underlined: boolean): string {
  let closing = 0;
  for (const char of link) closing += char === '(' ? -1 : char === ')' ? 1 : 0;
  let end = link.length;
  for (; end > 0; end--) {
    const last = link[end - 1]!;
    if (last === ')') {
      if (closing <= 0) break;
      closing--;
    } else if (!('.,:;!?\'"]}*~|'.includes(last) || (underlined && last === '_'))) {
      break;
    }
  }
  return link.slice(0, end);
}

/** The address, if it is one that a click may open. */
function address(written: string): string | undefined {
  if (!URL.canParse(written)) return undefined;
  const { protocol, hostname, href } = new URL(written);
  return (protocol === 'http:' || protocol === 'https:') && hostname !== '' ? href : undefined;
}

/** The words alone, as they stand in one line of a list. */
export function textOf(parsed: readonly Block[], name: (id: string) => string, hidden: string): string {
  return parsed.map((block) => blockText(block, name, hidden)).join(' ');
}

function blockText(block: Block, name: (id: string) => string, hidden: string): string {
  switch (block.kind) {
    case 'code':
      return block.text;
    case 'quote':
      return textOf(block.children, name, hidden);
    case 'list':
      return block.items.map((item) => textOf(item, name, hidden)).join(' · ');
    case 'text':
      return inlineText(block.children, name, hidden);
  }
}

/** The words of a part of a line. */
export function inlineText(parts: readonly Inline[], name: (id: string) => string, hidden: string): string {
  return parts
    .map((part) => {
      if (typeof part === 'string') return part;
      switch (part.kind) {
        case 'code':
        case 'link':
          return part.text;
        case 'user':
          return `@${name(part.id)}`;
        case 'everyone':
          return '@everyone';
        case 'spoiler':
          return hidden;
        default:
          return inlineText(part.children, name, hidden);
      }
    })
    .join('');
}
