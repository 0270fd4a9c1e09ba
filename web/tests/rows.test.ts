import type { Message, OutboxEntry } from '@rookery/sdk';
import { describe, expect, test } from 'vitest';
import { rowsOf } from '../src/timeline/rows.ts';

const kStart = new Date(2026, 10, 20, 12, 0).getTime();
const kMinute = 60_000;

function message(seq: number, author: string, minutes: number, part: Partial<Message> = {}): Message {
  return {
    id: `m${seq}`,
    channel_id: '10',
    seq,
    type: 'text',
    author: { id: author, username: author, display_name: author, bot: false, created_at: '' },
    content: `message ${seq}`,
    created_at: new Date(kStart + minutes * kMinute).toISOString(),
    deleted: false,
    pinned: false,
    mentions: [],
    mention_everyone: false,
    mention_roles: [],
    attachments: [],
    reactions: [],
    ...part,
  };
}

const unsent = (nonce: string, minutes: number): OutboxEntry => ({
  nonce,
  channel_id: '10',
  content: 'unsent',
  created_at: new Date(kStart + minutes * kMinute).toISOString(),
});

const shape = (rows: ReturnType<typeof rowsOf>) =>
  rows.map((row) => ('first' in row ? `${row.kind} ${row.first ? '[' : ''}${row.last ? ']' : ''}` : row.kind));

describe('rowsOf', () => {
  test('messages of one author within five minutes are one run', () => {
    const rows = rowsOf([message(1, 'a', 0), message(2, 'a', 2), message(3, 'a', 4)], [], 'me', undefined);
    expect(shape(rows)).toEqual(['day', 'message [', 'message ', 'message ]']);
  });

  test('another author, a pause and a system message end a run', () => {
    const messages = [
      message(1, 'a', 0),
      message(2, 'b', 1),
      message(3, 'b', 9),
      message(4, 'b', 10, { type: 'system' }),
      message(5, 'b', 11),
    ];
    expect(shape(rowsOf(messages, [], 'me', undefined))).toEqual([
      'day',
      'message []',
      'message []',
      'message []',
      'system',
      'message []',
    ]);
  });

  test('each day begins with its name', () => {
    const rows = rowsOf([message(1, 'a', 0), message(2, 'a', 24 * 60)], [], 'me', undefined);
    expect(shape(rows)).toEqual(['day', 'message []', 'day', 'message []']);
  });

  test('the new line stands once, before the first unread message', () => {
    const rows = rowsOf([message(1, 'a', 0), message(2, 'a', 1), message(3, 'a', 2)], [], 'me', 1);
    expect(shape(rows)).toEqual(['day', 'message []', 'new', 'message [', 'message ]']);
  });

  test('unsent messages stand last and join the run of their author', () => {
    const rows = rowsOf([message(1, 'me', 0)], [unsent('n1', 1)], 'me', undefined);
    expect(shape(rows)).toEqual(['day', 'message [', 'unsent ]']);
  });

  test('a message keeps its key from unsent to sent', () => {
    const before = rowsOf([], [unsent('n1', 0)], 'me', undefined);
    const after = rowsOf([message(1, 'me', 0, { nonce: 'n1' })], [], 'me', undefined);
    expect(after.map((row) => row.key)).toEqual(before.map((row) => row.key));
  });

  test('no two rows have the same key, even when clocks disagree', () => {
    const rows = rowsOf([message(1, 'me', 0), message(2, 'a', 24 * 60)], [unsent('n1', 5)], 'me', undefined);
    expect(new Set(rows.map((row) => row.key)).size).toBe(rows.length);
  });
});
