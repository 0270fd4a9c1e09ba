// Written by generate.py from the documents in api/. Change those, and run `npm run generate`.

/**
 * A 64-bit id in decimal: milliseconds since 2025-01-01T00:00:00Z << 23 | node << 13 | sequence. Always a
 * string, because JavaScript numbers cannot hold it. Ids sort by time when compared as numbers.
 */
export type Snowflake = string;

/** RFC 3339 in UTC with milliseconds. */
export type Timestamp = string;

/** A position in a channel, or 0 for "before the first". Dense from 1, the same for every member. */
export type Seq = number;

/** The count of a channel's changes. 0 in a new channel; every change is one more. */
export type Rev = number;

/** One emoji sequence as Unicode knows it (with its modifiers and joiners). Anything else is 10014. */
export type Emoji = string;

/** 3 to 32 of `a`–`z`, `0`–`9`, `_` and `.`. Upper case is folded when registering, and shown folded. */
export type Username = string;

export type DisplayName = string;

/**
 * The sender's own name for a send, so that a repeat of it makes no second message. Kept for 24 hours, within
 * author and channel.
 */
export type Nonce = string;

/**
 * 1 to 4000 Unicode code points, stored as sent. Only white space, U+0000 and unpaired surrogates are refused
 * (50035). Empty in a deleted message and in a system message.
 */
export type Content = string;

export interface ErrorBody {
  /**
   * | code | status | meaning |
   * |---|---|---|
   * | 0 | as the status | everything without a row of its own: unknown route 404, 405 with `Allow`, 413, 415, 500,
   * 501 |
   * | 10003 / 10004 / 10006 / 10007 / 10008 / 10011 / 10013 / 10014 / 10020 / 10026 / 11001 / 11002 | 404 |
   * unknown channel / guild / invite / member / message / role / user / emoji / session / ban / device /
   * attachment; what the caller may not see answers exactly as what does not exist |
   * | 20016 | 429 | rate limit |
   * | 30001 / 30003 / 30004 / 30005 / 30010 / 30013 / 30015 / 30016 / 30031 / 30032 | 400 | a limit is reached:
   * guilds / pins / members / roles / reactions / channels / attachments / invites / devices / logins |
   * | 40001 | 401 | no, expired, revoked or forged token |
   * | 40002 | 401 | wrong name or password |
   * | 40003 | 409 | username or verified e-mail taken |
   * | 40901 | 409 | the same nonce is still being written: try again |
   * | 40902 | 422 | the same nonce came with another body |
   * | 50001 / 50013 | 403 | missing access / missing permission |
   * | 50007 | 403 | cannot message this user |
   * | 50035 | 400 | invalid body or query, field by field |
   * | 50300 | 503 | overloaded, storage full, or a dependency is away |
   */
  code: 0 | 10003 | 10004 | 10006 | 10007 | 10008 | 10011 | 10013 | 10014 | 10020 | 10026 | 11001 | 11002 | 20016 | 30001 | 30003 | 30004 | 30005 | 30010 | 30013 | 30015 | 30016 | 30031 | 30032 | 40001 | 40002 | 40003 | 40901 | 40902 | 50001 | 50007 | 50013 | 50035 | 50300;
  /** A sentence for people. Programs go by `code`. */
  message: string;
  /** A field's path (`recipients.3`) to a sentence on what is wrong with it. */
  errors?: Record<string, string>;
  /** Seconds until it is worth trying again. On 429, 503 and 40901. */
  retry_after?: number;
  /** Also the header `X-Request-Id`. Quote it when you report a problem. */
  request_id?: string;
}

export type DeviceKind = 'mobile' | 'web' | 'desktop';

/**
 * What a login or a gateway session runs on. `id` is the client's own name for the installation, the same at
 * every start.
 */
export interface Device {
  id: string;
  kind: DeviceKind;
  /** For people to tell their devices apart. */
  name?: string;
}

export interface UserFields {
  id: Snowflake;
  /** `deleted` for an account that was deleted. */
  username: string;
  display_name: DisplayName;
  /** Names the picture. Left out while there is none. */
  avatar?: string;
  bot: boolean;
  created_at: Timestamp;
}

/** A person as others see him. Never an e-mail, never a secret. */
export interface User extends UserFields {}

/** Oneself. */
export interface OwnUser extends UserFields {
  /** The address given at registration. Only its owner sees it. */
  email?: string;
}

/** `unknown` only while the presence service of a cluster is away. */
export type PresenceStatus = 'online' | 'away' | 'offline' | 'unknown';

export interface Presence {
  user_id: Snowflake;
  status: PresenceStatus;
  /** The last sign of life of any connection. Left out while there was none, and where the asker may not know. */
  last_seen?: Timestamp;
  /** The kinds of the connections that are alive. */
  devices: DeviceKind[];
  /** Only with `?format=text`. */
  text?: string;
}

/** A login in lists, never with its tokens. Named `session` in the paths. */
export interface Login {
  id: Snowflake;
  device?: Device;
  created_at: Timestamp;
  last_used_at: Timestamp;
  /** It is the one that asks. */
  current: boolean;
}

/**
 * A login with its tokens. The access token is a JWT: header `{alg, typ: "at+jwt", kid}`, claims `iss`, `sub`
 * (user id), `sid` (this `id`), `iat`, `exp`, `permissions` (`["user"]`, or with `"admin"`). Its key is in
 * `/.well-known/jwks.json`.
 */
export interface Tokens {
  id: Snowflake;
  access_token: string;
  /** Seconds until the access token expires. */
  expires_in: number;
  /** Good once. Keep the one that came last. */
  refresh_token: string;
}

export interface LoginAnswer {
  user: OwnUser;
  session: Tokens;
}

export interface RefreshAnswer {
  session: Tokens;
}

export interface ChannelFields {
  id: Snowflake;
  type: 'direct' | 'group' | 'guild';
  guild_id?: Snowflake;
  /** Left out while there is none. */
  name?: string;
  /** Left out while there is none. */
  topic?: string;
  /** Groups only. */
  owner_id?: Snowflake;
  /** Direct and group channels. Everybody in it, oneself included. */
  recipients?: User[];
  member_count: number;
  last_seq: Seq;
  rev: Rev;
  last_message_id?: Snowflake;
  last_message_at?: Timestamp;
  created_at: Timestamp;
}

/** Any conversation. */
export interface Channel extends ChannelFields {}

/** A channel with one more field, the reader's own cursors. */
export interface ChannelWithReadState extends ChannelFields {
  read_state: ReadState;
}

/** One's own cursors in a channel. `0 <= read_seq <= delivered_seq <= last_seq`; both only ever grow. */
export interface ReadState {
  channel_id: Snowflake;
  read_seq: Seq;
  delivered_seq: Seq;
  /** `last_seq - read_seq`. */
  unread: number;
  /** Unread messages of others that mention the user by name, role or everyone. */
  mention_count: number;
  /** When `read_seq` last grew. */
  last_read_at?: Timestamp;
}

export interface ChannelPage {
  channels: ChannelWithReadState[];
  /** Opaque; `before` of the next page. Null on the last. */
  cursor: string | null;
}

export interface Member {
  user: User;
  nick?: string;
  /** Empty in direct and group channels. */
  roles: Snowflake[];
  joined_at: Timestamp;
}

/** How far each member got. `read_seq` stands still for who has switched read receipts off. */
export type ReceiptCursors = Record<Snowflake, Cursors>;

export interface Cursors {
  delivered_seq: Seq;
  read_seq: Seq;
}

/** Each present member but the author. */
export type MessageReceipts = Record<Snowflake, {
  delivered: boolean;
  read: boolean;
}>;

export interface ChannelSettings {
  notify: 'all' | 'mentions' | 'none';
  muted_until?: Timestamp;
}

/** Where pushes go. What opens the way there is never shown. */
export interface PushDevice {
  id: string;
  transport: PushTransport;
  content: PushContent;
  created_at: Timestamp;
}

export type PushTransport = 'fcm' | 'apns' | 'webpush' | 'unifiedpush';

/** What of a message a push may carry. */
export type PushContent = 'full' | 'sender' | 'none';

export interface PushRegistration {
  transport: PushTransport;
  content: PushContent;
  token?: string;
  endpoint?: string;
  keys?: {
    p256dh: string;
    auth: string;
  };
}

export interface UserSettings {
  /**
   * Off: others go on seeing the `read_seq` of the moment it was switched off. On again: the true one, from the
   * next read. Delivery goes on either way.
   */
  read_receipts: boolean;
}

export interface Message {
  id: Snowflake;
  channel_id: Snowflake;
  /** The message's position in its channel and its only order. */
  seq: number;
  type: 'text' | 'system';
  /** The author as he is now. A deleted account: `username` is `deleted`. */
  author: User;
  content: Content;
  nonce?: Nonce;
  /** The time in `id`. */
  created_at: Timestamp;
  edited_at?: Timestamp;
  /** A deleted message stays in its place for ever, without content. */
  deleted: boolean;
  pinned: boolean;
  reply_to?: {
    id: Snowflake;
    seq: number;
  };
  mentions: Snowflake[];
  mention_everyone: boolean;
  mention_roles: Snowflake[];
  attachments: Attachment[];
  reactions: Reaction[];
  system?: {
    kind: 'member_add' | 'member_remove' | 'member_leave' | 'rename';
    user_id?: Snowflake;
    name?: string;
  };
}

export interface Reaction {
  emoji: Emoji;
  count: number;
  /** One's own is among them. In REST answers only. */
  me?: boolean;
}

/** Reserved. Nothing can be attached yet, and `attachments` is always empty. */
export interface Attachment {
  id: Snowflake;
  filename: string;
  content_type: string;
  size: number;
  width?: number;
  height?: number;
  url: string;
  thumbnails?: unknown[];
}

/**
 * Narrows what the content mentions, as in Discord. Left out, everything named in the content counts; given,
 * only what it names does, so that `{}` mentions nobody. `parse` with a kind and a list of that kind exclude one
 * another.
 */
export interface AllowedMentions {
  parse?: ('users' | 'roles' | 'everyone')[];
  users?: Snowflake[];
  roles?: Snowflake[];
}

export interface MessageDraft {
  content: Content;
  nonce?: Nonce;
  /** A message of the same channel. Anything else is 50035. */
  reply_to?: Snowflake;
  /** Files cannot be uploaded yet: an id here is nobody's attachment (50035). */
  attachments?: Snowflake[];
  allowed_mentions?: AllowedMentions;
}

/** One change of a channel, told as the gateway tells it, with messages as they are now. */
export type Change = {
  rev: number;
  t: 'MESSAGE_UPDATE' | 'MESSAGE_DELETE';
  d: MessageChange;
} | {
  rev: number;
  t: 'MESSAGE_REACTION_ADD' | 'MESSAGE_REACTION_REMOVE';
  d: ReactionChange;
} | {
  rev: number;
  t: 'CHANNEL_UPDATE';
  d: ChannelChange;
} | {
  rev: number;
  t: 'CHANNEL_MEMBER_ADD';
  d: MemberAdd;
} | {
  rev: number;
  t: 'CHANNEL_MEMBER_REMOVE';
  d: MemberRemove;
};

export interface AdminUserFields {
  id: Snowflake;
  username: Username;
  display_name: DisplayName;
  /** As it was given. Left out when there is none. */
  email?: string;
  /** With `email` only: it is a login. */
  email_verified?: boolean;
  bot: boolean;
  admin: boolean;
  disabled: boolean;
  created_at: Timestamp;
  /** Left out for who never was. */
  last_seen?: Timestamp;
}

/** An account as administrators see it. */
export interface AdminUser extends AdminUserFields {}

export interface AdminUserDetail extends AdminUserFields {
  logins: number;
  /** Direct and group channels. */
  channels: number;
}

export interface AdminUserPage {
  users: AdminUser[];
  /** `before` of the next page; null on the last. */
  cursor: string | null;
}

export interface AdminPassword {
  /** Told this once. */
  password: string;
}

export interface AdminRegistration {
  mode: 'open' | 'invite' | 'closed';
  /** The server was started with the option `registration`; it cannot be changed here. */
  fixed: boolean;
}

export interface AdminInvite {
  code: string;
  /** In all. */
  uses: number;
  uses_left: number;
  created_at: Timestamp;
  /** Left out when it does not. */
  expires_at?: Timestamp;
  note?: string;
}

export interface AdminOption {
  name: string;
  section: string;
  description: string;
  /** What is in force; in words where the option was left out and stands for something. */
  value: string;
  default: string;
  changed: boolean;
}

export interface AdminHealth {
  version: string;
  started_at: Timestamp;
  uptime_s: number;
  /** Open connections, HTTP and gateway. */
  connections: number;
  connections_max: number;
  gateway_connections: number;
  /** Gateway sessions, those that wait for a Resume too. */
  sessions: number;
  /**
   * Messages, and changes of messages and channels; over the last minute, or since the figures were last asked
   * for.
   */
  events_per_second: number;
  requests_at_work: number;
  /** Requests and connections refused for overload since the start. */
  refused: number;
  memory_bytes: number;
  /** Nothing new is taken on above it. */
  memory_bytes_max: number;
  memory_short: boolean;
  /** False while the disk is nearly full. */
  writable: boolean;
  /**
   * Writes to the disk with their sync since the start, and within how many milliseconds so many of a hundred were
   * done (upper bounds).
   */
  commits: {
    count: number;
    p50_ms: number;
    p95_ms: number;
    p99_ms: number;
  };
}

export interface AdminCount {
  count: number;
  /** False for an estimate. */
  exact: boolean;
}

export interface AdminStorage {
  families: {
    name: 'history' | 'log' | 'recent' | 'state';
    /** On the disk. */
    bytes: number;
    /** Of what is so far in the write-ahead log, and in memory. */
    memory_bytes: number;
  }[];
  /** The write-ahead log. */
  log_bytes: number;
  disk_free_bytes: number;
  disk_bytes: number;
  /** Writes are refused while less is free. */
  reserve_bytes: number;
  writable: boolean;
  /** Deleted ones too. */
  users: AdminCount;
  channels: AdminCount;
  /** Deleted ones too. */
  messages: AdminCount;
}

export interface AdminSomebody {
  id: Snowflake;
  /** Of that moment. */
  username: string;
}

export interface AdminAuditEntry {
  number: number;
  at: Timestamp;
  action: 'user_disabled' | 'user_enabled' | 'password_reset' | 'email_verified' | 'admin_granted' | 'admin_revoked' | 'user_deleted' | 'login_ended' | 'logins_ended' | 'invite_created' | 'invite_revoked' | 'registration_changed' | 'admin_created';
  /** Left out for what was done on the command line, and for the set-up. */
  actor?: AdminSomebody;
  /** Left out where no account is concerned. */
  target?: AdminSomebody;
  /** The new mode of registration; an invite's note; a login's device; an e-mail. */
  detail?: string;
}

export interface Instance {
  name: string;
  version: string;
  registration: 'open' | 'invite' | 'closed';
  /** What is there. What is not named here has no routes, or answers 501. */
  features: ('search' | 'guilds' | 'files' | 'polling' | 'push')[];
  limits: Limits;
}

/** Every limit of this installation. Where 0 stands for one that counts things, there is no limit. */
export interface Limits {
  /** Code points of a message. */
  content: number;
  nonce: number;
  group_members: number;
  /** From this many members on a channel is large. */
  large_channel: number;
  /** The greatest `limit`. */
  page: number;
  presence_query: number;
  subscribe_channels: number;
  subscribe_users: number;
  frame_bytes: number;
  /** 0 means no limit. */
  frames_per_minute: number;
  positions: number;
  catch_up: number;
  catch_up_total: number;
  offline_queue: number;
  resume_dispatches: number;
  requests_in_flight: number;
  json_depth: number;
  body_bytes: number;
  attachment_bytes: number;
  attachments: number;
  /** 0 means no limit. */
  connections_per_user: number;
  logins_per_user: number;
  guilds: number;
  channels_per_guild: number;
  roles_per_guild: number;
  invites: number;
  reactions_per_message: number;
  pins: number;
  username: [number, number];
  password: [number, number];
}

export interface GatewayAddress {
  url: string;
}

export interface PollCall {
  /** As READY gave it; left out in the first call. */
  session_id?: string;
  /** Counts the calls: 1, 2, 3, … */
  n: number;
  /** Acknowledges dispatches up to this one. */
  s?: number;
  /** Frames of the client, done in this order. */
  frames: (Record<string, unknown>)[];
  timeout_ms: number;
}

export interface PollAnswer {
  /** Empty while there is no session. */
  session_id: string;
  n: number;
  /** Frames of the server, in order. */
  frames: (Record<string, unknown>)[];
  close?: PollClose;
}

export interface PollClose {
  code: number;
  reason: string;
}

export interface Health {
  status: string;
}

/** RFC 7517. Public keys only. */
export interface Jwks {
  keys: {
    kty: 'OKP' | 'EC';
    kid: string;
    alg: 'EdDSA' | 'ES256';
    use?: 'sig';
    key_ops?: string[];
    crv: 'Ed25519' | 'P-256';
    x: string;
    y?: string;
  }[];
}

export interface MessageChange {
  channel_id: Snowflake;
  rev: number;
  /** The whole message as it now is. */
  message: Message;
}

export interface ReactionChange {
  channel_id: Snowflake;
  rev: number;
  user_id: Snowflake;
  emoji: Emoji;
  message_id: Snowflake;
  /** How many have this reaction now. */
  count: number;
}

export interface ChannelChange {
  channel_id: Snowflake;
  rev: number;
  channel: Channel;
}

export interface MemberAdd {
  channel_id: Snowflake;
  rev: number;
  user: User;
}

export interface MemberRemove {
  channel_id: Snowflake;
  rev: number;
  user_id: Snowflake;
}

export interface ChannelGone {
  channel_id: Snowflake;
  guild_id?: Snowflake;
}

export interface ChannelUnread {
  channel_id: Snowflake;
  last_seq: Seq;
}

/**
 * Where the client now stands in a channel. `recovered: false`: nothing was sent, page REST. `gone: true`: one
 * is not in the channel.
 */
export type Synced = {
  channel_id: Snowflake;
  seq: Seq;
  rev: Rev;
  recovered: boolean;
  gone?: undefined;
} | {
  channel_id: Snowflake;
  gone: true;
  seq?: undefined;
  rev?: undefined;
  recovered?: undefined;
};

export interface Ready {
  v: 1;
  session_id: string;
  user: OwnUser;
  /** The direct and group channels last active. */
  channels: ChannelWithReadState[];
  /** Something was left out; ask REST. */
  more: boolean;
  /** Guilds are not there yet. */
  guilds: unknown[];
  /** Changes when the installation was restored from a backup: drop positions and caches. */
  epoch: string;
}

export type Resumed = Record<string, never>;

export interface ReceiptUpdate {
  channel_id: Snowflake;
  receipts: {
    user_id: Snowflake;
    delivered_seq: Seq;
    read_seq: Seq;
  }[];
}

export interface MentionCreate {
  channel_id: Snowflake;
  guild_id?: Snowflake;
  message: Message;
}

export interface TypingStart {
  channel_id: Snowflake;
  user_id: Snowflake;
  timestamp: Timestamp;
}

export interface IdentifyBody {
  token: string;
  device: Device;
  /** Where the client stands. Left out, null or empty is "without positions". */
  positions?: Record<Snowflake, Position> | null;
  /** The epoch that the positions belong to; left out, the present one. */
  epoch?: string;
}

/** How far a client has come in a channel. */
export interface Position {
  seq: Seq;
  rev: Rev;
}

export interface ResumeBody {
  token: string;
  session_id: string;
  /** The last dispatch seen, which this acknowledges. */
  s: number;
}

/** Each list is the whole set each time. One that is left out stays as it is. */
export interface SubscribeBody {
  channels?: Snowflake[];
  users?: Snowflake[];
}

export interface SendBody extends MessageDraft {
  channel_id: Snowflake;
}

export interface HelloBody {
  /** Milliseconds. */
  heartbeat_interval: number;
  /** Seconds. */
  session_ttl: number;
  limits: Limits;
}

/** Folded to lower case. */
export type RegisterUsername = string;

export type NewPassword = string;

/** What the `code` of an error means; `General` stands for everything without a row of its own. */
export const ErrorCode = {
  General: 0,
  UnknownChannel: 10003,
  UnknownGuild: 10004,
  UnknownInvite: 10006,
  UnknownMember: 10007,
  UnknownMessage: 10008,
  UnknownRole: 10011,
  UnknownUser: 10013,
  UnknownEmoji: 10014,
  UnknownSession: 10020,
  UnknownBan: 10026,
  UnknownDevice: 11001,
  UnknownAttachment: 11002,
  RateLimited: 20016,
  TooManyGuilds: 30001,
  TooManyPins: 30003,
  TooManyMembers: 30004,
  TooManyRoles: 30005,
  TooManyReactions: 30010,
  TooManyChannels: 30013,
  TooManyAttachments: 30015,
  TooManyInvites: 30016,
  TooManyDevices: 30031,
  TooManyLogins: 30032,
  Unauthorized: 40001,
  WrongPassword: 40002,
  NameTaken: 40003,
  NonceBusy: 40901,
  NonceReused: 40902,
  MissingAccess: 50001,
  CannotMessageUser: 50007,
  MissingPermission: 50013,
  Invalid: 50035,
  Unavailable: 50300,
} as const;
/** One of the values of {@link ErrorCode:variable}. */
export type ErrorCode = (typeof ErrorCode)[keyof typeof ErrorCode];
