export { Client, type ClientEvents, type ClientOptions } from './client.ts';
export { backoffDelay, type Clock, systemClock } from './clock.ts';
export { ApiError, NetworkError, SignedOutError, UnknownOutcomeError } from './errors.ts';
export { type ConnectionState, Gateway, type Socket } from './gateway.ts';
export { Outbox, type OutboxEntry, type OutboxStore } from './outbox.ts';
export { type Credentials, type MessageQuery, Rest } from './rest.ts';
export { MemoryRefreshTokenStore, type RefreshTokenStore, TokenKeeper } from './tokens.ts';
export { ChannelTracker, MemoryPositionStore, type PositionStore } from './tracker.ts';
export type * from './types.ts';
