import type { Clock } from './clock.ts';
import { SessionEnded, Unauthorized } from './errors.ts';
import type { Tokens } from './types/schemas.ts';

/** Where the refresh token is kept between runs. The access token never leaves memory. */
export interface RefreshTokenStore {
  load(): Promise<string | undefined>;
  save(token: string): Promise<void>;
  clear(): Promise<void>;
  /** Runs `work` while no other holder of the same store (another tab) runs its own. */
  exclusively<T>(work: () => Promise<T>): Promise<T>;
}

/** An access token is renewed this long before it expires, so that it does not expire on the way. */
const kRenewBefore = 30_000;

/**
 * Keeps one login alive. `access()` answers a token that is still good, refreshing it when it is not; callers that come at the same
 * time share one refresh. A refresh that the server refuses is the end of the login: `onEnd` is called once and every later call
 * throws SessionEnded.
 */
export class TokenKeeper {
  onEnd: () => void = () => undefined;
  #access: { token: string; expires: number } | undefined;
  #refreshing: Promise<string> | undefined;

  constructor(
    private readonly store: RefreshTokenStore,
    private readonly refresh: (refreshToken: string) => Promise<Tokens>,
    private readonly clock: Clock,
  ) {}

  async adopt(tokens: Tokens): Promise<void> {
    this.#remember(tokens);
    await this.store.save(tokens.refresh_token);
  }

  async forget(): Promise<void> {
    this.#access = undefined;
    await this.store.clear();
  }

  /** What the server lets this login do, as its access token says: `user`, and `admin`. Nothing before there is a token. */
  get permissions(): readonly string[] {
    const payload = this.#access?.token.split('.')[1];
    if (!payload) return [];
    const claims = JSON.parse(atob(payload.replace(/-/g, '+').replace(/_/g, '/'))) as { permissions?: string[] };
    return claims.permissions ?? [];
  }

  /** Whether there is a login to go on with; asks nobody. */
  async hasLogin(): Promise<boolean> {
    return (await this.store.load()) !== undefined;
  }

  /** `refused`: the token that the server just refused; it is not handed out again. */
  async access(refused?: string): Promise<string> {
    const current = this.#access;
    if (current && current.token !== refused && current.expires - kRenewBefore > this.clock.now()) return current.token;
    this.#refreshing ??= this.store
      .exclusively(() => this.#renew())
      .finally(() => {
        this.#refreshing = undefined;
      });
    return this.#refreshing;
  }

  async #renew(): Promise<string> {
    const token = await this.store.load();
    if (!token) throw new SessionEnded('not signed in');
    try {
      const tokens = await this.refresh(token);
      await this.adopt(tokens);
      return tokens.access_token;
    } catch (error) {
      if (!(error instanceof Unauthorized)) throw error;
      await this.forget();
      this.onEnd();
      throw new SessionEnded('the login has ended');
    }
  }

  #remember(tokens: Tokens): void {
    this.#access = { token: tokens.access_token, expires: this.clock.now() + tokens.expires_in * 1000 };
  }
}
