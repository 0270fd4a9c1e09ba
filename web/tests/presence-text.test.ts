import type { Presence } from '@rookery/sdk';
import { describe, expect, test } from 'vitest';
import { presenceText } from '../src/people/presence-text.ts';

const now = new Date(2026, 10, 20, 14, 30);
const kMinute = 60_000;

function text(status: Presence['status'], seen?: Date): string {
  return presenceText({ user_id: '1', status, devices: [], ...(seen ? { last_seen: seen.toISOString() } : {}) }, now);
}
const ago = (minutes: number) => new Date(now.getTime() - minutes * kMinute);

describe('presenceText', () => {
  test('online and away say so, and nothing known says nothing', () => {
    expect(text('online')).toBe('Online');
    expect(text('away')).toBe('Away');
    expect(text('unknown')).toBe('');
    expect(presenceText(undefined, now)).toBe('');
  });

  test('offline tells when somebody was last seen, ever more roughly', () => {
    expect(text('offline')).toBe('Offline');
    expect(text('offline', ago(0.5))).toBe('Last seen just now');
    expect(text('offline', ago(1))).toBe('Last seen 1 minute ago');
    expect(text('offline', ago(59.9))).toBe('Last seen 59 minutes ago');
    expect(text('offline', ago(61))).toMatch(/^Last seen today at 1:29/);
    expect(text('offline', new Date(2026, 3, 5))).toBe('Last seen on April 5');
    expect(text('offline', new Date(2025, 3, 5))).toBe('Last seen on April 5, 2025');
  });
});
