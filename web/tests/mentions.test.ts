import type { User } from '@rookery/sdk';
import { describe, expect, test } from 'vitest';
import { decodeMentions, encodeMentions } from '../src/composer/mentions.ts';

const user = (id: string, username: string): User => ({
  id,
  username,
  display_name: username,
  bot: false,
  created_at: '',
});
const here = [user('1', 'ada'), user('2', 'bo.k')];

describe('mentions', () => {
  test('a name with an @ becomes its id, whatever its case and what follows it', () => {
    expect(encodeMentions('@Ada, ask @bo.k. Or @ada.', here)).toBe('<@1>, ask <@2>. Or <@1>.');
  });

  test('who is not here, an address and a name inside a word stay as written', () => {
    expect(encodeMentions('@eve and mail@ada and @adam', here)).toBe('@eve and mail@ada and @adam');
  });

  test('editing shows what was written', () => {
    expect(decodeMentions(encodeMentions('@ada and @bo.k', here), here)).toBe('@ada and @bo.k');
    expect(decodeMentions('<@9>', here)).toBe('<@9>');
  });
});
