import type { ConnectionState } from '@rookery/sdk';
import { describe, expect, test } from 'vitest';
import { troubleOf } from '../src/session/trouble.ts';

const kDown: ConnectionState[] = [
  { kind: 'connecting', attempt: 0 },
  { kind: 'waiting', attempt: 1, retryAt: 0 },
];

describe('what is said of the connection', () => {
  test('nothing while it is there, whatever the browser says of the network', () => {
    for (const networkUp of [true, false]) {
      expect(troubleOf({ kind: 'online' }, networkUp)).toBeUndefined();
      expect(troubleOf({ kind: 'idle' }, networkUp)).toBeUndefined();
    }
  });

  test('of one that is lost, that it is: in the words for offline where the browser says so', () => {
    for (const state of kDown) {
      expect(troubleOf(state, true)).toBe('lost');
      expect(troubleOf(state, false)).toBe('offline');
    }
  });

  test('that it went on elsewhere, with and without a network; of a login that ended, nothing', () => {
    for (const networkUp of [true, false]) {
      expect(troubleOf({ kind: 'stopped', reason: 'elsewhere' }, networkUp)).toBe('elsewhere');
      expect(troubleOf({ kind: 'stopped', reason: 'signed-out' }, networkUp)).toBeUndefined();
    }
  });
});
