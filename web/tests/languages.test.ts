import { afterEach, describe, expect, test } from 'vitest';
import { de } from '../src/i18n/de.ts';
import { en } from '../src/i18n/en.ts';
import {
  browserLanguage,
  directionOf,
  language,
  type languages,
  listTime,
  relativeTime,
  speak,
  t,
} from '../src/i18n/index.ts';
import { plurals } from '../src/i18n/plural.ts';
import { readPreferences } from '../src/settings/preferences.ts';

const catalogues = { en, de } satisfies Record<keyof typeof languages, typeof en>;

/** Every text of a catalogue by its path, functions as they are. */
function leaves(value: unknown, path = ''): [string, unknown][] {
  if (typeof value !== 'object' || value === null) return [[path, value]];
  return Object.entries(value).flatMap(([key, inner]) => leaves(inner, path ? `${path}.${key}` : key));
}

afterEach(() => speak('en'));

describe('the catalogue', () => {
  const keys = leaves(en).map(([path]) => path);

  test.each(Object.entries(catalogues))('%s says everything that English says, and nothing empty', (_, catalogue) => {
    const found = leaves(catalogue);
    expect(found.map(([path]) => path).sort()).toEqual([...keys].sort());
    for (const [path, text] of found) {
      if (typeof text === 'string') expect(text.trim(), path).toBe(text);
      expect(text, path).not.toBe('');
    }
  });

  test.each(Object.entries(catalogues))('%s uses each name and number that it is given', (_, catalogue) => {
    for (const [path, say] of leaves(catalogue)) {
      if (typeof say !== 'function') continue;
      const given = Array.from({ length: say.length }, (_, at) => 7001 + at);
      const text = (say as (...values: number[]) => string)(...given).replace(/[.,](?=\d{3})/g, '');
      for (const value of given) {
        const one = given.map((other) => (other === value ? 0 : other));
        const differs = (say as (...values: unknown[]) => string)(...one.map((n) => n || undefined)) !== text;
        expect(text.includes(String(value)) || differs, `${path}: ${text}`).toBe(true);
      }
    }
  });
});

describe('counting', () => {
  test('one is one, none and many are many, large numbers are written as the language does', () => {
    expect([0, 1, 2, 12_345].map(en.unreadCount)).toEqual([
      '0 unread messages',
      '1 unread message',
      '2 unread messages',
      '12,345 unread messages',
    ]);
    expect([1, 12_345].map(de.unreadCount)).toEqual(['1 ungelesene Nachricht', '12.345 ungelesene Nachrichten']);
  });

  test('a language with more forms uses them', () => {
    const polish = plurals<'one' | 'few' | 'many'>('pl');
    const forms = { one: '# plik', few: '# pliki', many: '# plików', other: '# pliku' };
    expect([1, 2, 5, 22].map((n) => polish(n, forms))).toEqual(['1 plik', '2 pliki', '5 plików', '22 pliki']);
  });
});

describe('the language', () => {
  test('is the first of the browser that the page speaks', () => {
    expect(browserLanguage(['fr-FR', 'de-AT', 'en'])).toBe('de');
    expect(browserLanguage(['fr'])).toBe('en');
    expect(browserLanguage(['constructor'])).toBe('en');
  });

  test('changes everything that is said from then on, and the document says which it is', async () => {
    expect(t.settings).toBe('Settings');
    await speak('de');
    expect([t.settings, language.value, document.documentElement.lang]).toEqual(['Einstellungen', 'de', 'de']);
    expect(listTime(new Date(2026, 10, 17), new Date(2026, 10, 20))).toBe('Dienstag');
    expect(relativeTime(new Date(2026, 10, 19, 12), new Date(2026, 10, 20, 12))).toBe('gestern');
    await speak('en');
    expect([t.settings, document.documentElement.dir]).toEqual(['Settings', 'ltr']);
  });

  test('the last choice wins, however the loading goes', async () => {
    const german = speak('de');
    await speak('en');
    await german;
    expect(t.settings).toBe('Settings');
  });

  test('knows from which side it is read', () => {
    expect(['de', 'ar-EG', 'he', 'en'].map(directionOf)).toEqual(['ltr', 'rtl', 'rtl', 'ltr']);
  });
});

test('how long ago something was: ever more roughly', () => {
  const now = new Date(2026, 10, 20, 14, 30);
  const ago = (minutes: number) => relativeTime(new Date(now.getTime() - minutes * 60_000), now);
  expect([0.2, 1, 59.9, 61, 14.6 * 60].map(ago)).toEqual([
    'now',
    '1 minute ago',
    '59 minutes ago',
    '1 hour ago',
    'yesterday',
  ]);
  expect(relativeTime(new Date(2025, 3, 5), now)).toBe('April 5, 2025');
});

describe('stored preferences', () => {
  const kDefault = { theme: 'system', density: 'comfortable', language: undefined, notifications: false, sound: false };

  test('are the defaults where nothing, or nonsense, is stored', () => {
    for (const text of [null, '', '{', 'null', '[]', '"x"', '{"theme":1,"language":"xx","sound":"yes","density":{}}']) {
      expect(readPreferences(text)).toEqual(kDefault);
    }
  });

  test('are taken where they make sense', () => {
    const stored = { theme: 'dark', density: 'compact', language: 'de', notifications: true, sound: true };
    expect(readPreferences(JSON.stringify(stored))).toEqual(stored);
  });
});
