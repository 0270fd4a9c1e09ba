import type { Message } from '@rookery/sdk';

// What is held of a long channel, and what of that is drawn. Everything here is counted in seqs, which have no holes.

/** Messages held of one channel at most. */
export const kHeldMax = 500;
/** Messages that stay held on both sides of what is drawn. */
const kMargin = 120;

/** The stretch that is drawn, both ends included. */
export interface Range {
  from: number;
  to: number;
}

/** Lets go of what is farthest from what is seen, where more than `kHeldMax` are held; without anybody looking, of the oldest. */
export function trimmed(messages: readonly Message[], seen: Range | undefined): readonly Message[] {
  const over = messages.length - kHeldMax;
  if (over <= 0) return messages;
  const first = messages[0]!.seq;
  const last = messages.at(-1)!.seq;
  if (!seen) return messages.slice(over);
  const before = Math.min(over, Math.max(0, seen.from - kMargin - first));
  const behind = Math.min(over - before, Math.max(0, last - seen.to - kMargin));
  return messages.slice(before, messages.length - behind);
}

/** Pixels. */
export interface Spare {
  /** Drawn above what is in sight; negative: so much of the sight's top is a gap. */
  above: number;
  below: number;
}

export const kNear = 1000;
const kFar = 3000;
const kKeep = 1600;
const kStep = 25;

/** Draws more on a side where little is left beyond the sight; `seqAt` says which message stands so far beyond it. */
export function moved(
  range: Range,
  held: Range,
  spare: Spare,
  seqAt: (side: 'above' | 'below', pixels: number) => number,
): Range {
  let { from, to } = range;
  if (spare.above < kNear) from -= kStep;
  else if (spare.above > kFar) from = seqAt('above', kKeep);
  if (spare.below < kNear) to += kStep;
  else if (spare.below > kFar) to = seqAt('below', kKeep);
  from = Math.max(held.from, from);
  to = Math.min(held.to, to);
  return from === range.from && to === range.to ? range : { from, to };
}

/** A stretch to begin with, around one message. */
export function around(seq: number, held: Range): Range {
  const middle = Math.min(Math.max(seq, held.from), held.to);
  return { from: Math.max(held.from, middle - kStep), to: Math.min(held.to, middle + kStep) };
}

/** The part of `messages` (ascending, without a hole) within the range, with one more on both sides for the look of the edges. */
export function drawn(messages: readonly Message[], { from, to }: Range): readonly Message[] {
  const first = messages[0]?.seq ?? 0;
  return messages.slice(Math.max(0, from - first - 1), Math.max(0, to - first + 2));
}
