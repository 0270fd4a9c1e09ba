// What stands in the frames of the gateway, version 1 (protocol, section 4).

import type { ErrorBody } from './errors.ts';
import type { Limits } from './types.ts';

export const Op = {
  Dispatch: 0,
  Heartbeat: 1,
  Identify: 2,
  Presence: 3,
  Resume: 6,
  Reconnect: 7,
  InvalidSession: 9,
  Hello: 10,
  HeartbeatAck: 11,
  Request: 64,
  Reply: 65,
  Ack: 66,
  Subscribe: 67,
  Typing: 68,
  Read: 69,
} as const;

export interface Frame {
  op: number;
  t?: string;
  s?: number;
  i?: number;
  d?: unknown;
  error?: ErrorBody;
}

export interface Hello {
  heartbeat_interval: number;
  limits?: Limits;
}

/** Close codes that decide what comes next; all others are a reason to come back and resume. */
export const Close = {
  /** These two end the session, from either side. */
  Normal: 1000,
  Leaving: 1001,
  /** What browsers report where no close arrived. */
  Abnormal: 1006,
  /** Our own, for a connection that is given up: anything but 1000 and 1001 keeps the session for a Resume. */
  Dropped: 4000,
  TokenRefused: 4004,
  BadSequence: 4007,
  Revoked: 4102,
  Elsewhere: 4103,
} as const;
