export { Client, type ClientEvents, type ClientOptions, type SignedOut, type StreamOptions } from './client.ts';
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
export { type ConnectionState, Gateway, type GatewayOptions, type KnownPositions, type Socket } from './gateway.ts';
export { Outbox, type OutboxEntry, type OutboxOptions, type OutboxStore, type SendFailure } from './outbox.ts';
export {
  type AccessTokens,
  type Answer,
  type Credentials,
  type MessageQuery,
  type RequestArgs,
  type RequestOptions,
  Rest,
  type Route,
} from './rest.ts';
export { IndexedDbStore, MemoryStore, Positions, type Store, storedOutbox, storedToken } from './store.ts';
export { BufferOverrun } from './stream.ts';
export type { RefreshTokenStore } from './tokens.ts';
export type { PositionStore } from './tracker.ts';
export * from './types/gateway.ts';
export type { Routes } from './types/routes.ts';
export * from './types/schemas.ts';
