import type { Presence } from '@rookery/sdk';

const kHues = 12;

/** Stable over renames: the colour comes from the id. Ids of the same minute differ in a few digits only, hence the stirring. */
export function hueOf(id: string): number {
  let hash = 0x811c9dc5;
  for (const char of id) hash = Math.imul(hash ^ char.charCodeAt(0), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x45d9f3b);
  return ((hash ^ (hash >>> 15)) >>> 0) % kHues;
}

function initials(name: string): string {
  const words = name.split(/[\s._-]+/u).filter((word) => /[\p{L}\p{N}]/u.test(word));
  const first = (word: string | undefined) => (word ? [...word].find((char) => /[\p{L}\p{N}]/u.test(char))! : '');
  const letters =
    words.length > 1 ? first(words[0]) + first(words.at(-1)) : [...(words[0] ?? '?')].slice(0, 2).join('');
  return letters.toUpperCase();
}

interface AvatarProps {
  id: string;
  name: string;
  size?: 'small' | 'medium' | 'large' | 'huge';
  presence?: Presence['status'] | undefined;
}

/** Drawn from the name. Decoration only: the name stands beside it. */
export function Avatar({ id, name, size = 'medium', presence }: AvatarProps) {
  return (
    <span class={`avatar avatar-${size} hue-${hueOf(id)}`} aria-hidden="true">
      {initials(name)}
      {presence === 'online' || presence === 'away' ? <span class={`dot dot-${presence}`} /> : null}
    </span>
  );
}
