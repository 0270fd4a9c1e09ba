// What can go wrong, in three kinds: the server refused (ApiError), it could not be reached (NetworkError), or the connection
// ended while a request was on its way, so that nobody knows (UnknownOutcomeError: ask again with the same nonce).

export interface ErrorBody {
  code: number;
  message: string;
  errors?: Record<string, string>;
  retry_after?: number;
  request_id?: string;
}

export class ApiError extends Error {
  override name = 'ApiError';
  /** The code of the protocol's table; 0 where the table has no row. */
  readonly code: number;
  /** A sentence for each refused field. */
  readonly fields: Record<string, string>;
  /** Seconds, where the server said so. */
  readonly retryAfter: number | undefined;

  constructor(
    readonly status: number,
    body: ErrorBody,
  ) {
    super(body.message);
    this.code = body.code;
    this.fields = body.errors ?? {};
    this.retryAfter = body.retry_after;
  }

  /** Whether the same request may succeed later, unchanged. */
  get temporary(): boolean {
    return (
      this.status === 429 || this.status === 503 || this.code === 20016 || this.code === 50300 || this.code === 40901
    );
  }
}

export class NetworkError extends Error {
  override name = 'NetworkError';
}

export class UnknownOutcomeError extends Error {
  override name = 'UnknownOutcomeError';
}

/** There is no login any more: it was ended, or its refresh token was refused. */
export class SignedOutError extends Error {
  override name = 'SignedOutError';
}
