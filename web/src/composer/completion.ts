import type { User } from '@rookery/sdk';

/** The unfinished word at the caret that something can be offered for. */
export interface Token {
  kind: 'mention' | 'emoji';
  query: string;
  /** Where it begins, its sign included. */
  from: number;
  to: number;
}

const kLongest = 40; // characters looked back
const kEmojiFrom = 2; // letters, so that a colon stays a colon
const kToken = /(?:^|[\s([{"'*_~|>])(@|:)([\p{L}\p{N}_.+-]*)$/u;

export function tokenAt(text: string, caret: number): Token | undefined {
  const start = Math.max(0, caret - kLongest);
  const match = kToken.exec(text.slice(start, caret));
  if (!match) return undefined;
  const query = match[2]!;
  const kind = match[1] === '@' ? 'mention' : 'emoji';
  if (kind === 'emoji' && query.length < kEmojiFrom) return undefined;
  return { kind, query, from: caret - query.length - 1, to: caret };
}

const fold = (text: string): string => text.toLowerCase().normalize('NFD').replace(/\p{M}/gu, '');

export const kEveryone = 'everyone';
const kOffered = 8;

/** Who fits, the best first: those whose username or a word of whose name begins like that. */
export function peopleFor(query: string, users: readonly User[]): User[] {
  const wanted = fold(query);
  const rank = (user: User): number => {
    if (fold(user.username).startsWith(wanted)) return 0;
    if (
      fold(user.display_name)
        .split(/\s+/)
        .some((word) => word.startsWith(wanted))
    )
      return 1;
    return 2;
  };
  const ranked = users.map((user) => [rank(user), user] as const).filter(([at]) => at < 2);
  ranked.sort(([a, one], [b, other]) => a - b || one.username.localeCompare(other.username));
  return ranked.slice(0, kOffered).map(([, user]) => user);
}

export interface Insertion {
  text: string;
  caret: number;
}

/** The text with the token replaced, and one space behind it. */
export function completed(text: string, token: Token, by: string): Insertion {
  const rest = text.slice(token.to);
  const space = /^\s/.test(rest) ? '' : ' ';
  const head = text.slice(0, token.from) + by + space;
  return { text: head + rest, caret: head.length + (space ? 0 : 1) };
}
