import type { Message } from '@rookery/sdk';
import { describe, expect, test } from 'vitest';
import { around, drawn, kHeldMax, moved, trimmed } from '../src/timeline/window.ts';

const messages = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, n) => ({ seq: from + n }) as Message);
const ends = (list: readonly Message[]) => [list[0]?.seq, list.at(-1)?.seq];

describe('trimmed', () => {
  test('a short stretch stays whole', () => {
    const list = messages(1, kHeldMax);
    expect(trimmed(list, { from: 1, to: 10 })).toBe(list);
  });

  test('what is far from the reader is let go, on the side that is farther', () => {
    expect(ends(trimmed(messages(1, kHeldMax + 100), { from: 560, to: 600 }))).toEqual([101, kHeldMax + 100]);
    expect(ends(trimmed(messages(1, kHeldMax + 100), { from: 10, to: 60 }))).toEqual([1, kHeldMax]);
  });

  test('without a reader the newest stay', () => {
    expect(ends(trimmed(messages(1, kHeldMax + 100), undefined))).toEqual([101, kHeldMax + 100]);
  });

  test('what is looked at is never let go, however much it is', () => {
    const list = messages(1, kHeldMax + 100);
    expect(trimmed(list, { from: 1, to: kHeldMax + 100 })).toHaveLength(list.length);
  });
});

describe('moved', () => {
  const held = { from: 1, to: 500 };
  const seqAt = (side: 'above' | 'below') => (side === 'above' ? 90 : 160);

  test('more is drawn where little is left', () => {
    expect(moved({ from: 100, to: 150 }, held, { above: 200, below: 2000 }, seqAt)).toEqual({ from: 75, to: 150 });
    expect(moved({ from: 100, to: 150 }, held, { above: 2000, below: 200 }, seqAt)).toEqual({ from: 100, to: 175 });
  });

  test('what is far out of sight is dropped', () => {
    expect(moved({ from: 50, to: 200 }, held, { above: 4000, below: 4000 }, seqAt)).toEqual({ from: 90, to: 160 });
  });

  test('it ends where what is held ends, and nothing to do is the same object', () => {
    const whole = { from: 1, to: 500 };
    expect(moved(whole, held, { above: 0, below: 0 }, seqAt)).toBe(whole);
  });
});

test('a stretch around a message stays within what is held', () => {
  expect(around(3, { from: 1, to: 500 })).toEqual({ from: 1, to: 28 });
  expect(around(900, { from: 1, to: 500 })).toEqual({ from: 475, to: 500 });
});

test('what is drawn comes with a neighbour on both sides', () => {
  expect(ends(drawn(messages(11, 100), { from: 20, to: 30 }))).toEqual([19, 31]);
  expect(ends(drawn(messages(11, 100), { from: 11, to: 100 }))).toEqual([11, 100]);
});
