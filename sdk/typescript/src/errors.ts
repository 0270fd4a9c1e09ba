// What can go wrong, in four kinds: the server refused (ApiError and its classes), it could not be reached (NetworkError), the
// connection ended while a request was on its way, so that nobody knows (UnknownOutcomeError: ask again with the same nonce), or there is
// no login any more (SessionEnded).

import type { ErrorBody } from './types/schemas.ts';

/** The server refused. Each status that a program may want to tell apart has a class of its own. */
export class ApiError extends Error {
  override name = 'ApiError';
  /** The code of the protocol's table ({@link ErrorCode}); 0 where the table has no row. */
  readonly code: number;
  /** A sentence for each refused field. */
  readonly fields: Record<string, string>;
  /** Seconds, where the server said so. */
  readonly retryAfter: number | undefined;
  /** Names the request in the server's log. Quote it in a report. */
  readonly requestId: string | undefined;

  constructor(
    readonly status: number,
    body: Omit<ErrorBody, 'code'> & { code: number },
  ) {
    super(body.message);
    this.code = body.code;
    this.fields = body.errors ?? {};
    this.retryAfter = body.retry_after;
    this.requestId = body.request_id;
  }

  /** Whether the same request may succeed later, unchanged. */
  get temporary(): boolean {
    return this.status === 429 || this.status === 503 || this.code === 40901;
  }
}

/** 400: the body or the query is not what it should be; `fields` says where. */
export class Invalid extends ApiError {
  override name = 'Invalid';
}
/** 400: a limit of the installation is reached; the message names it. */
export class LimitReached extends ApiError {
  override name = 'LimitReached';
}
/** 401: no good token, or a wrong name or password. */
export class Unauthorized extends ApiError {
  override name = 'Unauthorized';
}
/** 403: one may see it and not do this, or the other person does not want it. */
export class Forbidden extends ApiError {
  override name = 'Forbidden';
}
/** 404: it is not there, or not for this user to see. */
export class NotFound extends ApiError {
  override name = 'NotFound';
}
/** 409 and 422: taken, or the nonce is in use. */
export class Conflict extends ApiError {
  override name = 'Conflict';
}
/** 429: too many requests, and the wait is longer than the SDK waits by itself. `retryAfter` seconds are to pass. */
export class RateLimited extends ApiError {
  override name = 'RateLimited';
}
/** 503: overloaded, or without storage. */
export class Unavailable extends ApiError {
  override name = 'Unavailable';
}

/** The server could not be reached, or did not answer in time. */
export class NetworkError extends Error {
  override name = 'NetworkError';
}

/** Nobody knows whether it was done: the connection ended before the answer. */
export class UnknownOutcomeError extends Error {
  override name = 'UnknownOutcomeError';
}

/** There is no login any more: it was ended, or its refresh token was refused. */
export class SessionEnded extends Error {
  override name = 'SessionEnded';
}

const kClasses: Record<number, typeof ApiError> = {
  400: Invalid,
  401: Unauthorized,
  403: Forbidden,
  404: NotFound,
  409: Conflict,
  422: Conflict,
  429: RateLimited,
  503: Unavailable,
};

/** The error of the class that its status calls for. */
export function apiError(status: number, body: Omit<ErrorBody, 'code'> & { code: number }): ApiError {
  const limit = status === 400 && body.code >= 30_000 && body.code < 40_000;
  return new (limit ? LimitReached : (kClasses[status] ?? ApiError))(status, body);
}

const kStatuses: Record<number, number> = { 20016: 429, 40003: 409, 40901: 409, 40902: 422, 50035: 400, 50300: 503 };
const kStatusesByThousand: Record<number, number> = { 10: 404, 11: 404, 30: 400, 40: 401, 50: 403 };

/** The status that REST answers with this code; the gateway says the code alone. */
export function statusOf(code: number): number {
  return kStatuses[code] ?? kStatusesByThousand[Math.floor(code / 1000)] ?? 500;
}
