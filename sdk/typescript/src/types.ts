// The objects of protocol version 1, as they stand in JSON. Ids are 64-bit numbers and therefore strings here.

export type Snowflake = string;

export interface User {
  id: Snowflake;
  username: string;
  display_name: string;
  avatar?: string;
  bot: boolean;
  created_at: string;
  /** Only in one's own (`users/@me`). */
  email?: string;
}

export interface ReadState {
  channel_id: Snowflake;
  read_seq: number;
  delivered_seq: number;
  unread: number;
  mention_count: number;
  last_read_at?: string;
}

export interface Channel {
  id: Snowflake;
  type: 'direct' | 'group' | 'guild';
  guild_id?: Snowflake;
  name?: string;
  topic?: string;
  owner_id?: Snowflake;
  recipients?: User[];
  member_count: number;
  last_seq: number;
  rev: number;
  last_message_id?: Snowflake;
  last_message_at?: string;
  created_at: string;
  read_state?: ReadState;
}

export interface Reaction {
  emoji: string;
  count: number;
  /** Only in REST answers. */
  me?: boolean;
}

export interface SystemNote {
  kind: 'member_add' | 'member_remove' | 'member_leave' | 'rename';
  user_id?: Snowflake;
  name?: string;
}

export interface Message {
  id: Snowflake;
  channel_id: Snowflake;
  /** The position in the channel: 1, 2, 3, … without a hole; the only order. */
  seq: number;
  type: 'text' | 'system';
  author: User;
  content: string;
  nonce?: string;
  created_at: string;
  edited_at?: string;
  deleted: boolean;
  pinned: boolean;
  reply_to?: { id: Snowflake; seq: number };
  mentions: Snowflake[];
  mention_everyone: boolean;
  reactions: Reaction[];
  system?: SystemNote;
}

export interface Presence {
  user_id: Snowflake;
  status: 'online' | 'away' | 'offline' | 'unknown';
  last_seen?: string;
  devices: DeviceKind[];
  text?: string;
}

export type DeviceKind = 'mobile' | 'web' | 'desktop';

export interface Device {
  id: string;
  kind: DeviceKind;
  name?: string;
}

/** What register, login and refresh answer. */
export interface Tokens {
  id: Snowflake;
  access_token: string;
  /** Seconds. */
  expires_in: number;
  refresh_token: string;
}

/** A login, in lists. */
export interface Login {
  id: Snowflake;
  device?: Device;
  created_at: string;
  last_used_at: string;
  current: boolean;
}

export interface Member {
  user: User;
  nick?: string;
  roles: Snowflake[];
  joined_at: string;
}

export interface Cursors {
  delivered_seq: number;
  read_seq: number;
}

export interface Limits {
  content?: number;
  group_members?: number;
  large_channel?: number;
  username?: [number, number];
  password?: [number, number];
  [name: string]: number | [number, number] | undefined;
}

export interface Instance {
  name: string;
  version: string;
  registration: 'open' | 'invite' | 'closed';
  features: string[];
  limits: Limits;
}

export interface Ready {
  v: number;
  session_id: string;
  user: User;
  channels: Channel[];
  more?: boolean;
  epoch: string;
}

export interface MessageChange {
  channel_id: Snowflake;
  rev: number;
  message: Message;
}

export interface ReactionChange {
  channel_id: Snowflake;
  rev: number;
  user_id: Snowflake;
  emoji: string;
  message_id: Snowflake;
  count: number;
}

/** `seq` and `rev` are the head the client stands at from here on; `gone`: one is not (or no longer) in that channel. */
export interface Synced {
  channel_id: Snowflake;
  seq?: number;
  rev?: number;
  recovered?: boolean;
  gone?: boolean;
}

/** The dispatches of the gateway, by name. */
export interface Dispatches {
  READY: Ready;
  RESUMED: Record<string, never>;
  SYNCED: Synced;
  MESSAGE_CREATE: Message;
  MESSAGE_UPDATE: MessageChange;
  MESSAGE_DELETE: MessageChange;
  MESSAGE_REACTION_ADD: ReactionChange;
  MESSAGE_REACTION_REMOVE: ReactionChange;
  CHANNEL_CREATE: Channel;
  CHANNEL_UPDATE: { channel_id: Snowflake; rev: number; channel: Channel };
  CHANNEL_DELETE: { channel_id: Snowflake; guild_id?: Snowflake };
  CHANNEL_MEMBER_ADD: { channel_id: Snowflake; rev: number; user: User };
  CHANNEL_MEMBER_REMOVE: { channel_id: Snowflake; rev: number; user_id: Snowflake };
  CHANNEL_UNREAD: { channel_id: Snowflake; last_seq: number };
  RECEIPT_UPDATE: { channel_id: Snowflake; receipts: ({ user_id: Snowflake } & Cursors)[] };
  READ_UPDATE: ReadState;
  MENTION_CREATE: { channel_id: Snowflake; guild_id?: Snowflake; message: Message };
  TYPING_START: { channel_id: Snowflake; user_id: Snowflake; timestamp: string };
  PRESENCE_UPDATE: Presence;
  USER_UPDATE: User;
}

export type DispatchName = keyof Dispatches;

/** One dispatch with the name and the payload that belong together. */
export type Dispatch = { [T in DispatchName]: { t: T; d: Dispatches[T] } }[DispatchName];

export interface Position {
  seq: number;
  rev: number;
}

export interface MessageDraft {
  content: string;
  nonce?: string;
  reply_to?: Snowflake;
}
