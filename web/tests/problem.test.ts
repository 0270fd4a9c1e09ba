import { afterEach, describe, expect, test } from 'vitest';
import { speak } from '../src/i18n/index.ts';
import { whyUnsent } from '../src/ui/problem.ts';

afterEach(() => speak('en'));

describe('why a message was not sent', () => {
  const message = 'in the words of the server';

  test('is said by the code, in the language of the moment', async () => {
    const blocked = { code: 50007, message };
    expect(whyUnsent(blocked)).toBe('You cannot write to this person.');
    await speak('de');
    expect(whyUnsent(blocked)).toBe('Dieser Person kannst du nicht schreiben.');
  });

  test('names the limit that was passed, as the language counts', async () => {
    const long = { code: 50035, message, limit: 4000 };
    expect(whyUnsent(long)).toBe('At most 4,000 characters fit.');
    await speak('de');
    expect(whyUnsent(long)).toContain('4.000 Zeichen');
  });

  test('is never the English of the server, whatever the code', async () => {
    for (const language of ['en', 'de'] as const) {
      await speak(language);
      for (const code of ['old', 0, 10003, 10008, 40902, 50001, 50013, 50035, 99999] as const) {
        const text = whyUnsent({ code, message });
        expect(text, `${code}`).toMatch(/^[A-Z].*\.$/);
        expect(text, `${code}`).not.toContain(message);
      }
    }
  });
});
