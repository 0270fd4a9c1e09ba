// What the connection itself needs of frames and close codes, besides what the documents say (types/gateway.ts).

/** Close codes that stand in no document. */
export const Close = {
  /** These two end the session, from either side. */
  Normal: 1000,
  Leaving: 1001,
  /** What browsers report where no close arrived. */
  Abnormal: 1006,
  /** Our own, for a connection that is given up: anything but 1000 and 1001 keeps the session for a Resume. */
  Dropped: 4000,
} as const;

/** A frame of which nothing is known yet. */
export interface Frame {
  op: number;
  t?: string;
  s?: number;
  i?: number;
  d?: unknown;
}
