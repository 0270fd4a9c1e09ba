export { Client, type ClientEvents, type ClientOptions } from './client.ts';
export { backoffDelay, type Clock, systemClock } from './clock.ts';
export {
  ApiError,
  Conflict,
  Forbidden,
  Invalid,
  LimitReached,
  NetworkError,
  NotFound,
  RateLimited,
  SessionEnded,
  Unauthorized,
  Unavailable,
  UnknownOutcomeError,
} from './errors.ts';
export { type ConnectionState, Gateway, type Socket } from './gateway.ts';
export { Outbox, type OutboxEntry, type OutboxStore } from './outbox.ts';
export {
  type Answer,
  type Credentials,
  type MessageQuery,
  type RequestArgs,
  type RequestOptions,
  Rest,
  type Route,
} from './rest.ts';
export { MemoryRefreshTokenStore, type RefreshTokenStore, TokenKeeper } from './tokens.ts';
export { ChannelTracker, MemoryPositionStore, type PositionStore } from './tracker.ts';
export * from './types/gateway.ts';
export type { Routes } from './types/routes.ts';
export * from './types/schemas.ts';
