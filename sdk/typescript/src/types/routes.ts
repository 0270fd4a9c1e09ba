// Written by generate.py from the documents in api/. Change those, and run `npm run generate`.

import type { AdminAuditEntry, AdminHealth, AdminInvite, AdminOption, AdminPassword, AdminRegistration, AdminStorage, AdminUserDetail, AdminUserPage, AllowedMentions, Change, ChannelPage, ChannelSettings, ChannelWithReadState, Content, Device, DisplayName, Emoji, GatewayAddress, Health, Instance, Jwks, Login, LoginAnswer, Member, Message, MessageDraft, MessageReceipts, NewPassword, Nonce, OwnUser, PollAnswer, PollCall, Presence, PushDevice, PushRegistration, ReadState, ReceiptCursors, RefreshAnswer, RegisterUsername, Seq, Snowflake, User, UserSettings } from './schemas.ts';

/** Every route of the REST API by method and path, with what it takes and what it answers. */
export interface Routes {
  /** Make an account, and log in. */
  'POST /api/v1/auth/register': {
    body: {
      username: RegisterUsername;
      password: NewPassword;
      email?: string;
      /** The username when left out. */
      display_name?: DisplayName;
      device?: Device;
      invite?: string;
    };
    answer: LoginAnswer;
  };
  /** Log in. */
  'POST /api/v1/auth/login': {
    body: {
      login: string;
      password: string;
      device?: Device;
    };
    answer: LoginAnswer;
  };
  /** A new access token. */
  'POST /api/v1/auth/refresh': {
    body: {
      refresh_token: string;
    };
    answer: RefreshAnswer;
  };
  /** End this login. */
  'POST /api/v1/auth/logout': {
    answer: void;
  };
  /** Where one is logged in. */
  'GET /api/v1/auth/sessions': {
    answer: Login[];
  };
  /** End one of one's logins. */
  'DELETE /api/v1/auth/sessions/{session_id}': {
    path: {
      session_id: Snowflake;
    };
    answer: void;
  };
  /** Change the password. */
  'POST /api/v1/auth/password': {
    body: {
      current: string;
      new: NewPassword;
    };
    answer: void;
  };
  /** Find people by their username. */
  'GET /api/v1/users': {
    query: {
      query: string;
    };
    answer: User[];
  };
  /** Oneself. */
  'GET /api/v1/users/@me': {
    answer: OwnUser;
  };
  /** Change one's profile. */
  'PATCH /api/v1/users/@me': {
    body: {
      display_name?: DisplayName;
    };
    answer: OwnUser;
  };
  /** Delete one's account. */
  'DELETE /api/v1/users/@me': {
    body: {
      password: string;
    };
    answer: void;
  };
  /** A person. */
  'GET /api/v1/users/{user_id}': {
    path: {
      user_id: Snowflake;
    };
    answer: User;
  };
  /** Whom one has blocked. */
  'GET /api/v1/users/@me/blocks': {
    answer: User[];
  };
  /** Block somebody. */
  'PUT /api/v1/users/@me/blocks/{user_id}': {
    path: {
      user_id: Snowflake;
    };
    answer: void;
  };
  /** Take a block back. */
  'DELETE /api/v1/users/@me/blocks/{user_id}': {
    path: {
      user_id: Snowflake;
    };
    answer: void;
  };
  /** Where one's pushes go. */
  'GET /api/v1/users/@me/devices': {
    answer: PushDevice[];
  };
  /** Register a device for pushes. */
  'PUT /api/v1/users/@me/devices/{device_id}': {
    path: {
      /** The client's own id of the device. */
      device_id: string;
    };
    body: PushRegistration;
    answer: void;
  };
  /** Push there no more. */
  'DELETE /api/v1/users/@me/devices/{device_id}': {
    path: {
      /** The client's own id of the device. */
      device_id: string;
    };
    answer: void;
  };
  /** Send a push to try the device. */
  'POST /api/v1/users/@me/devices/{device_id}/test': {
    path: {
      /** The client's own id of the device. */
      device_id: string;
    };
    answer: never;
  };
  /** Whether somebody is there. */
  'GET /api/v1/users/{user_id}/presence': {
    path: {
      user_id: Snowflake;
    };
    query?: {
      /** `text` adds the field `text`, a sentence in English. */
      format?: 'text';
      /** IANA name of the time zone in which the text is meant. An unknown one is 50035. */
      tz?: string;
    };
    answer: Presence;
  };
  /** The presence of many. */
  'POST /api/v1/presence/query': {
    query?: {
      /** `text` adds the field `text`, a sentence in English. */
      format?: 'text';
      /** IANA name of the time zone in which the text is meant. An unknown one is 50035. */
      tz?: string;
    };
    body: {
      user_ids: Snowflake[];
    };
    answer: Presence[];
  };
  /** One's conversations. */
  'GET /api/v1/users/@me/channels': {
    query?: {
      /** Outside of it is 50035. */
      limit?: number;
      /** The `cursor` of the page before. One that was never given is 50035. */
      before?: string;
    };
    answer: ChannelPage;
  };
  /** Open a direct channel, or make a group. */
  'POST /api/v1/users/@me/channels': {
    body: {
      recipients: Snowflake[];
      name?: string;
      type?: 'direct' | 'group';
    };
    answer: ChannelWithReadState;
  };
  /** A channel one is in. */
  'GET /api/v1/channels/{channel_id}': {
    path: {
      channel_id: Snowflake;
    };
    answer: ChannelWithReadState;
  };
  /** Name or topic of a group. */
  'PATCH /api/v1/channels/{channel_id}': {
    path: {
      channel_id: Snowflake;
    };
    body: {
      name?: string;
      topic?: string;
    };
    answer: ChannelWithReadState;
  };
  /** Leave a group. */
  'DELETE /api/v1/channels/{channel_id}': {
    path: {
      channel_id: Snowflake;
    };
    answer: void;
  };
  /** Who is in it, by user id. */
  'GET /api/v1/channels/{channel_id}/members': {
    path: {
      channel_id: Snowflake;
    };
    query?: {
      limit?: number;
      /** Only those with a greater user id. */
      after?: Snowflake;
    };
    answer: Member[];
  };
  /** Add somebody to a group. */
  'PUT /api/v1/channels/{channel_id}/recipients/{user_id}': {
    path: {
      channel_id: Snowflake;
      user_id: Snowflake;
    };
    answer: void;
  };
  /** Remove somebody from a group. */
  'DELETE /api/v1/channels/{channel_id}/recipients/{user_id}': {
    path: {
      channel_id: Snowflake;
      user_id: Snowflake;
    };
    answer: void;
  };
  /** History. */
  'GET /api/v1/channels/{channel_id}/messages': {
    path: {
      channel_id: Snowflake;
    };
    query?: {
      /** Outside of it is 50035. */
      limit?: number;
      /** The ones next before it. */
      before?: Snowflake;
      /** The ones next after it (newest first, all the same). */
      after?: Snowflake;
      /** It, or the next newer one; ⌊(limit−1)/2⌋ newer; the rest older. A short side is not made up for. */
      around?: Snowflake;
      /** The ones next after this position, ascending. */
      after_seq?: Seq;
    };
    answer: Message[];
  };
  /** Send. */
  'POST /api/v1/channels/{channel_id}/messages': {
    path: {
      channel_id: Snowflake;
    };
    header?: {
      /** The same as `nonce`. */
      'Idempotency-Key'?: Nonce;
    };
    body: MessageDraft;
    answer: Message;
  };
  /** What changed after a `rev`. */
  'GET /api/v1/channels/{channel_id}/changes': {
    path: {
      channel_id: Snowflake;
    };
    query?: {
      after_rev?: number;
      /** Outside of it is 50035. */
      limit?: number;
    };
    answer: Change[];
  };
  /** One message. */
  'GET /api/v1/channels/{channel_id}/messages/{message_id}': {
    path: {
      channel_id: Snowflake;
      message_id: Snowflake;
    };
    answer: Message;
  };
  /** Edit one's own message. */
  'PATCH /api/v1/channels/{channel_id}/messages/{message_id}': {
    path: {
      channel_id: Snowflake;
      message_id: Snowflake;
    };
    body: {
      content: Content;
      allowed_mentions?: AllowedMentions;
    };
    answer: Message;
  };
  /** Delete a message. */
  'DELETE /api/v1/channels/{channel_id}/messages/{message_id}': {
    path: {
      channel_id: Snowflake;
      message_id: Snowflake;
    };
    answer: void;
  };
  /** Who reacted with it. */
  'GET /api/v1/channels/{channel_id}/messages/{message_id}/reactions/{emoji}': {
    path: {
      channel_id: Snowflake;
      message_id: Snowflake;
      /** One emoji sequence, percent-encoded. */
      emoji: Emoji;
    };
    query?: {
      /** Outside of it is 50035. */
      limit?: number;
      /** Only those with a greater user id. */
      after?: Snowflake;
    };
    answer: User[];
  };
  /** React. */
  'PUT /api/v1/channels/{channel_id}/messages/{message_id}/reactions/{emoji}/@me': {
    path: {
      channel_id: Snowflake;
      message_id: Snowflake;
      /** One emoji sequence, percent-encoded. */
      emoji: Emoji;
    };
    answer: void;
  };
  /** Take one's reaction back. */
  'DELETE /api/v1/channels/{channel_id}/messages/{message_id}/reactions/{emoji}/@me': {
    path: {
      channel_id: Snowflake;
      message_id: Snowflake;
      /** One emoji sequence, percent-encoded. */
      emoji: Emoji;
    };
    answer: void;
  };
  /** Pin a message. */
  'PUT /api/v1/channels/{channel_id}/messages/{message_id}/pin': {
    path: {
      channel_id: Snowflake;
      message_id: Snowflake;
    };
    answer: void;
  };
  /** Take a pin out. */
  'DELETE /api/v1/channels/{channel_id}/messages/{message_id}/pin': {
    path: {
      channel_id: Snowflake;
      message_id: Snowflake;
    };
    answer: void;
  };
  /** All pinned messages, newest message first. */
  'GET /api/v1/channels/{channel_id}/pins': {
    path: {
      channel_id: Snowflake;
    };
    answer: Message[];
  };
  /** Search a channel. */
  'GET /api/v1/channels/{channel_id}/messages/search': {
    path: {
      channel_id: Snowflake;
    };
    query: {
      q: string;
      /** Outside of it is 50035. */
      limit?: number;
      before?: Snowflake;
    };
    answer: Message[];
  };
  /** Search all one may see. */
  'GET /api/v1/users/@me/messages/search': {
    query: {
      q: string;
      /** Outside of it is 50035. */
      limit?: number;
      before?: Snowflake;
    };
    answer: Message[];
  };
  /** Who got and who read a message. */
  'GET /api/v1/channels/{channel_id}/messages/{message_id}/receipts': {
    path: {
      channel_id: Snowflake;
      message_id: Snowflake;
    };
    answer: MessageReceipts;
  };
  /** How far each member got. */
  'GET /api/v1/channels/{channel_id}/receipts': {
    path: {
      channel_id: Snowflake;
    };
    answer: ReceiptCursors;
  };
  /** Read up to a position. */
  'POST /api/v1/channels/{channel_id}/read': {
    path: {
      channel_id: Snowflake;
    };
    body: {
      seq: Seq;
    };
    answer: void;
  };
  /** Got up to a position. */
  'POST /api/v1/channels/{channel_id}/delivered': {
    path: {
      channel_id: Snowflake;
    };
    body: {
      seq: Seq;
    };
    answer: void;
  };
  /** Say that one is typing. */
  'POST /api/v1/channels/{channel_id}/typing': {
    path: {
      channel_id: Snowflake;
    };
    answer: void;
  };
  /** What one is notified of in a channel. */
  'GET /api/v1/channels/{channel_id}/settings': {
    path: {
      channel_id: Snowflake;
    };
    answer: ChannelSettings;
  };
  /** What one wants to be notified of. */
  'PUT /api/v1/channels/{channel_id}/settings': {
    path: {
      channel_id: Snowflake;
    };
    body: ChannelSettings;
    answer: void;
  };
  /** One's settings. */
  'GET /api/v1/users/@me/settings': {
    answer: UserSettings;
  };
  /** Change settings. */
  'PATCH /api/v1/users/@me/settings': {
    body: {
      read_receipts?: boolean;
    };
    answer: UserSettings;
  };
  /** Where something is unread. */
  'GET /api/v1/users/@me/unread': {
    answer: ReadState[];
  };
  /** Messages that mention one, newest first. */
  'GET /api/v1/users/@me/mentions': {
    query?: {
      /** Outside of it is 50035. */
      limit?: number;
      /** Only older ones than this. */
      before?: Snowflake;
    };
    answer: Message[];
  };
  /** Find accounts. */
  'GET /api/v1/admin/users': {
    query?: {
      query?: string;
      /** Only those who are, or only those who are not. */
      disabled?: boolean;
      /** Only administrators, or only the others. */
      admin?: boolean;
      /** The `cursor` of the page before, with the same filter. */
      before?: string;
      /** Outside of it is 50035. */
      limit?: number;
    };
    answer: AdminUserPage;
  };
  /** An account. */
  'GET /api/v1/admin/users/{user_id}': {
    path: {
      user_id: Snowflake;
    };
    answer: AdminUserDetail;
  };
  /** Delete an account. */
  'DELETE /api/v1/admin/users/{user_id}': {
    path: {
      user_id: Snowflake;
    };
    answer: void;
  };
  /** Disable an account. */
  'PUT /api/v1/admin/users/{user_id}/disabled': {
    path: {
      user_id: Snowflake;
    };
    answer: void;
  };
  /** Enable an account. */
  'DELETE /api/v1/admin/users/{user_id}/disabled': {
    path: {
      user_id: Snowflake;
    };
    answer: void;
  };
  /** Make somebody administrator. */
  'PUT /api/v1/admin/users/{user_id}/admin': {
    path: {
      user_id: Snowflake;
    };
    answer: void;
  };
  /** Take administration from somebody. */
  'DELETE /api/v1/admin/users/{user_id}/admin': {
    path: {
      user_id: Snowflake;
    };
    answer: void;
  };
  /** Give a new password. */
  'POST /api/v1/admin/users/{user_id}/password': {
    path: {
      user_id: Snowflake;
    };
    answer: AdminPassword;
  };
  /** Verify an e-mail. */
  'PUT /api/v1/admin/users/{user_id}/email-verified': {
    path: {
      user_id: Snowflake;
    };
    answer: void;
  };
  /** Where somebody is logged in. */
  'GET /api/v1/admin/users/{user_id}/logins': {
    path: {
      user_id: Snowflake;
    };
    answer: Login[];
  };
  /** End every login of somebody. */
  'DELETE /api/v1/admin/users/{user_id}/logins': {
    path: {
      user_id: Snowflake;
    };
    answer: void;
  };
  /** End a login of somebody. */
  'DELETE /api/v1/admin/users/{user_id}/logins/{session_id}': {
    path: {
      user_id: Snowflake;
      session_id: Snowflake;
    };
    answer: void;
  };
  /** Who may make an account. */
  'GET /api/v1/admin/registration': {
    answer: AdminRegistration;
  };
  /** Say who may make an account. */
  'PATCH /api/v1/admin/registration': {
    body: {
      mode: 'open' | 'invite' | 'closed';
    };
    answer: AdminRegistration;
  };
  /** Invites to this installation. */
  'GET /api/v1/admin/invites': {
    answer: AdminInvite[];
  };
  /** Make an invite. */
  'POST /api/v1/admin/invites': {
    body: {
      /** How many may register with it. */
      uses?: number;
      /** Seconds that it is good for; 0: for ever. */
      max_age?: number;
      /** For administrators. */
      note?: string;
    };
    answer: AdminInvite;
  };
  /** Revoke an invite. */
  'DELETE /api/v1/admin/invites/{code}': {
    path: {
      code: string;
    };
    answer: void;
  };
  /** What is configured. */
  'GET /api/v1/admin/config': {
    answer: AdminOption[];
  };
  /** How the server does. */
  'GET /api/v1/admin/health': {
    answer: AdminHealth;
  };
  /** How much is stored. */
  'GET /api/v1/admin/storage': {
    answer: AdminStorage;
  };
  /** What administrators did. */
  'GET /api/v1/admin/audit': {
    query?: {
      /** Entries with lower numbers. */
      before?: number;
      /** Outside of it is 50035. */
      limit?: number;
    };
    answer: AdminAuditEntry[];
  };
  /** What this installation is and allows. */
  'GET /api/v1/instance': {
    answer: Instance;
  };
  /** Where the gateway is. */
  'GET /api/v1/gateway': {
    answer: GatewayAddress;
  };
  /** The gateway by long polling, where WebSocket is blocked. */
  'POST /api/v1/gateway/poll': {
    body: PollCall;
    answer: PollAnswer;
  };
  /** The process is alive. */
  'GET /healthz': {
    answer: Health;
  };
  /** It takes work. */
  'GET /readyz': {
    answer: Health;
  };
  /** The keys that access tokens are signed with. */
  'GET /.well-known/jwks.json': {
    answer: Jwks;
  };
}

/** The routes that need no token. */
export const unlockedRoutes: ReadonlySet<string> = /* @__PURE__ */ new Set([
  'POST /api/v1/auth/register',
  'POST /api/v1/auth/login',
  'POST /api/v1/auth/refresh',
  'GET /api/v1/instance',
  'GET /api/v1/gateway',
  'GET /healthz',
  'GET /readyz',
  'GET /.well-known/jwks.json',
]);
