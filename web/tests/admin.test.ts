import { afterEach, describe, expect, test } from 'vitest';
import { bytes, duration, milliseconds, pace } from '../src/admin/figures.ts';
import { adminDe } from '../src/i18n/admin-de.ts';
import { adminEn } from '../src/i18n/admin-en.ts';
import { speak } from '../src/i18n/index.ts';

/** Every text by its path, functions as they are. */
function leaves(value: unknown, path = ''): [string, unknown][] {
  if (typeof value !== 'object' || value === null) return [[path, value]];
  return Object.entries(value).flatMap(([key, inner]) => leaves(inner, path ? `${path}.${key}` : key));
}

afterEach(() => speak('en'));

describe("the administrator's words", () => {
  test('German says everything that English says, and nothing empty', () => {
    const german = leaves(adminDe);
    expect(german.map(([path]) => path).sort()).toEqual(
      leaves(adminEn)
        .map(([path]) => path)
        .sort(),
    );
    for (const [path, text] of german) expect(text, path).not.toBe('');
  });

  test('an act names who did it and to whom', () => {
    for (const words of [adminEn, adminDe]) {
      for (const [name, say] of Object.entries(words.acts)) {
        const sentence = say('@ada', '@bob');
        if (name !== 'admin_created') expect(sentence, name).toContain('@ada');
        if (say.length > 1) expect(sentence, name).toContain('@bob');
      }
    }
  });
});

describe('figures', () => {
  test('sizes are written in the unit that they fill', () => {
    expect([0, 1023, 1024, 1536, 10 * 1024, 1024 ** 2 * 2.25, 1024 ** 4 * 5].map(bytes)).toEqual([
      '0 B',
      '1,023 B',
      '1 KiB',
      '1.5 KiB',
      '10 KiB',
      '2.3 MiB',
      '5 TiB',
    ]);
  });

  test('times are written in the unit that they fill, in the language of the moment', async () => {
    expect([0, 59, 60, 3600, 7300, 86_400, 200_000].map(duration)).toEqual([
      '0 minutes',
      '0 minutes',
      '1 minute',
      '1 hour',
      '2 hours',
      '1 day',
      '2 days',
    ]);
    expect([0.512, 8.192, 1048.576].map(milliseconds)).toEqual(['0.5 ms', '8.2 ms', '1,049 ms']);
    expect([0, 0.04, 3.14, 210.6].map(pace)).toEqual(['0', '0', '3.1', '211']);
    await speak('de');
    expect(duration(7300)).toBe('2 Stunden');
    expect(pace(3.14)).toBe('3,1');
  });
});
