import type { User } from '@rookery/sdk';
import { describe, expect, test } from 'vitest';
import { completed, peopleFor, tokenAt } from '../src/composer/completion.ts';
import { findEmoji, kEmoji, kGroups } from '../src/ui/emoji.ts';

const user = (username: string, display_name: string): User => ({
  id: username,
  username,
  display_name,
  bot: false,
  created_at: '',
});

describe('the word at the caret', () => {
  test.each([
    ['@', { kind: 'mention', query: '', from: 0 }],
    ['hi @ad', { kind: 'mention', query: 'ad', from: 3 }],
    ['(@bo.k', { kind: 'mention', query: 'bo.k', from: 1 }],
    ['a\n@Jü', { kind: 'mention', query: 'Jü', from: 2 }],
    [':he', { kind: 'emoji', query: 'he', from: 0 }],
  ])('%j offers something', (text, expected) => {
    expect(tokenAt(text, text.length)).toMatchObject({ ...expected, to: text.length });
  });

  test.each(['', 'mail@ada', 'at 12:30', 'http://x', '@ada ', ':', ':)', ':a', `@${'x'.repeat(60)}`])(
    '%j does not',
    (text) => {
      expect(tokenAt(text, text.length)).toBeUndefined();
    },
  );

  test('what stands behind the caret does not matter', () => {
    expect(tokenAt('@ad and more', 3)).toMatchObject({ query: 'ad', to: 3 });
  });
});

describe('people', () => {
  const here = [user('zoe', 'Zoë Adler'), user('adam', 'Adam'), user('bo', 'Bo Ådal'), user('cy', 'Cy')];
  test('by username first, then by any word of the name, whatever the accents', () => {
    expect(peopleFor('ad', here).map((one) => one.username)).toEqual(['adam', 'bo', 'zoe']);
    expect(peopleFor('zoe', here).map((one) => one.username)).toEqual(['zoe']);
    expect(peopleFor('nobody', here)).toEqual([]);
  });

  test('at most eight of many', () => {
    const many = Array.from({ length: 256 }, (_, n) => user(`user${n}`, `Person ${n}`));
    expect(peopleFor('', many)).toHaveLength(8);
  });
});

test('the word is replaced, with one space behind it', () => {
  const token = tokenAt('hi @ad!', 6)!;
  expect(completed('hi @ad!', token, '@adam')).toEqual({ text: 'hi @adam !', caret: 9 });
  expect(completed('@ad x', tokenAt('@ad x', 3)!, '@adam')).toEqual({ text: '@adam x', caret: 6 });
});

describe('emoji', () => {
  test('each stands once, in a group, with a name in both languages', () => {
    expect(new Set(kEmoji.map((one) => one.symbol)).size).toBe(kEmoji.length);
    for (const one of kEmoji) {
      expect(one.symbol, one.words).toMatch(/^\p{Extended_Pictographic}/u);
      expect(one.names.en.trim(), one.symbol).not.toBe('');
      expect(one.names.de.trim(), one.symbol).not.toBe('');
      expect(kGroups).toContain(one.group);
    }
  });

  test('they are found in either language', () => {
    const first = (query: string) => findEmoji(query)[0]?.symbol;
    expect(first('thumbs up')).toBe('👍');
    expect(first('daumen h')).toBe('👍');
    expect(first('ROCKET')).toBe('🚀');
    expect(first('muede')).toBeUndefined();
    expect(findEmoji('müde').map((one) => one.symbol)).toContain('😴');
    expect(first('🎉')).toBe('🎉');
  });
});
