// Written by generate.py from the documents in api/. Change those, and run `npm run generate`.

import type { ChannelChange, ChannelGone, ChannelUnread, ChannelWithReadState, ErrorBody, HelloBody, IdentifyBody, MemberAdd, MemberRemove, MentionCreate, Message, MessageChange, Presence, ReactionChange, ReadState, Ready, ReceiptUpdate, ResumeBody, Resumed, SendBody, Seq, Snowflake, SubscribeBody, Synced, TypingStart, User } from './schemas.ts';

/** The kinds of frames. */
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

/** What happens, by name: the dispatches of the gateway and what they carry. */
export interface Dispatches {
  /**
   * The first dispatch of a session. From here on it gets live, once, everything above the `last_seq` and `rev`
   * given for a channel.
   */
  READY: Ready;
  /** Everything missed has been sent again. */
  RESUMED: Resumed;
  /** One channel is caught up, or was not; live events of the channel follow. */
  SYNCED: Synced;
  /**
   * A message, with its nonce, to every session of every member (large channels: to the subscribed), the sending
   * one included.
   */
  MESSAGE_CREATE: Message;
  /** An edit, a pin or an unpin. */
  MESSAGE_UPDATE: MessageChange;
  /** A message lost its content. */
  MESSAGE_DELETE: MessageChange;
  /** Somebody reacted. */
  MESSAGE_REACTION_ADD: ReactionChange;
  /** Somebody took a reaction back. */
  MESSAGE_REACTION_REMOVE: ReactionChange;
  /**
   * To everybody in a new group; to who is added later; for a direct channel to all sessions of who opened it, and
   * to the other, unless he opened it too, just before its first message, with `last_seq` as before that message.
   */
  CHANNEL_CREATE: ChannelWithReadState;
  /** Name, topic or owner changed. */
  CHANNEL_UPDATE: ChannelChange;
  /** The channel is no longer to be seen. Reserved for channels of guilds, which are not there yet. */
  CHANNEL_DELETE: ChannelGone;
  /** Somebody was added. */
  CHANNEL_MEMBER_ADD: MemberAdd;
  /** Somebody left or was removed; for that one the last event of the channel. */
  CHANNEL_MEMBER_REMOVE: MemberRemove;
  /**
   * In a large channel that one has not subscribed to: there is something new. At most every 500 ms up to 1,000
   * online members and proportionally rarer above, 30 s at most.
   */
  CHANNEL_UNREAD: ChannelUnread;
  /**
   * Somebody got or read further: to the authors of the newest 300 messages newly covered; not in large channels;
   * gathered for at most 250 ms.
   */
  RECEIPT_UPDATE: ReceiptUpdate;
  /** To one's own sessions but the one that read. */
  READ_UPDATE: ReadState;
  /** A message names one. Always pushed, once, besides MESSAGE_CREATE or CHANNEL_UNREAD. */
  MENTION_CREATE: MentionCreate;
  /** Holds 10 s. */
  TYPING_START: TypingStart;
  /** Of people named in Subscribe: once for each newly named, later within 5 s of a change. */
  PRESENCE_UPDATE: Presence;
  /** A profile changed: to the user's own sessions and those who share a direct or group channel. */
  USER_UPDATE: User;
}

/** The names of the dispatches. */
export type DispatchName = keyof Dispatches;

/** One dispatch, with the name and the payload that belong together. */
export type Dispatch = { [T in DispatchName]: { t: T; d: Dispatches[T] } }[DispatchName];

/** op 0. An event; `s` counts those of this session. */
export type DispatchFrame = { op: 0; s: number } & Dispatch;

/** What a client sends. */
export type ClientFrame = HeartbeatFrame | IdentifyFrame | PresenceFrame | ResumeFrame | RequestFrame | AckFrame | SubscribeFrame | TypingFrame | ReadFrame;

/** What a client gets. */
export type ServerFrame = DispatchFrame | HelloFrame | HeartbeatAckFrame | InvalidSessionFrame | ReconnectFrame | ReplyFrame;

/** op 1. The last `s` seen, which it acknowledges, or null. */
export interface HeartbeatFrame {
  op: 1;
  d?: number | null;
}

/** op 2. Begins a session; on the same socket again after op 9, if you like. */
export interface IdentifyFrame {
  op: 2;
  d: IdentifyBody;
}

/** op 3. What this connection says of its user. */
export interface PresenceFrame {
  op: 3;
  d: {
    status: 'online' | 'away';
  };
}

/** op 6. Goes on with a session. */
export interface ResumeFrame {
  op: 6;
  d: ResumeBody;
}

/** op 64. MESSAGE_SEND is the only `t` of version 1. */
export interface RequestFrame {
  op: 64;
  i: number;
  t: 'MESSAGE_SEND';
  d: SendBody;
}

/** op 66. The last `s` received, cumulative. A value below the last is ignored, one never sent closes with 4007. */
export interface AckFrame {
  op: 66;
  d: number;
}

/** op 67. Large channels and people one is looking at; the whole set each time. */
export interface SubscribeFrame {
  op: 67;
  d: SubscribeBody;
}

/** op 68. */
export interface TypingFrame {
  op: 68;
  d: {
    channel_id: Snowflake;
  };
}

/** op 69. Read up to `seq`; cumulative, no reply. */
export interface ReadFrame {
  op: 69;
  d: {
    channel_id: Snowflake;
    seq: Seq;
  };
}

/** op 10. The first frame on every socket. */
export interface HelloFrame {
  op: 10;
  d: HelloBody;
}

/** op 11. */
export interface HeartbeatAckFrame {
  op: 11;
}

/** op 9. Identify anew, on this socket if you like. */
export interface InvalidSessionFrame {
  op: 9;
  d: {
    resumable: false;
  };
}

/** op 7. This node is going away; come back after that long. */
export interface ReconnectFrame {
  op: 7;
  d: {
    after_ms: number;
  };
}

/** op 65. To the request with the same `i`; replies may overtake one another. */
export interface ReplyFrame {
  op: 65;
  i: number;
  d?: {
    message: Message;
    /** The nonce was known. */
    replayed?: true;
  };
  error?: ErrorBody;
}

/** Why the server closed a socket. */
export const CloseCode = {
  InvalidUtf8: 1007,
  TooLarge: 1009,
  Overloaded: 1013,
  UnknownOp: 4001,
  NotDecodable: 4002,
  NotIdentified: 4003,
  TokenRefused: 4004,
  IdentifiedTwice: 4005,
  BadSequence: 4007,
  TooManyFrames: 4008,
  Silent: 4009,
  SlowReader: 4100,
  GoingAway: 4101,
  Revoked: 4102,
  ResumedElsewhere: 4103,
  TooManyConnections: 4104,
} as const;
/** One of the values of {@link CloseCode:variable}. */
export type CloseCode = (typeof CloseCode)[keyof typeof CloseCode];
