import { describe, expect, test } from 'vitest';
import { ApiError, apiError, NetworkError } from '../src/errors.ts';
import { Rest } from '../src/rest.ts';
import { MemoryStore, storedToken } from '../src/store.ts';
import { TokenKeeper } from '../src/tokens.ts';
import { FakeClock, settle } from './fake-clock.ts';
import { json } from './fake-server.ts';

const kTokens = (n: number) => ({ id: '9', access_token: `a${n}`, expires_in: 900, refresh_token: `r${n}` });

/** A Rest over answers given one after the other; what was asked stands in `asked`. */
async function rest(...answers: (Response | Error)[]) {
  const clock = new FakeClock();
  const asked: string[] = [];
  const store = storedToken(new MemoryStore());
  await store.save('r0');
  let refreshes = 0;
  const keeper = new TokenKeeper(store, async () => kTokens(++refreshes), clock);
  const fetch = async (input: RequestInfo | URL, init?: RequestInit) => {
    const token = (init?.headers as Record<string, string> | undefined)?.Authorization ?? '';
    asked.push(`${init?.method} ${String(input)} ${token}`);
    const answer = answers.shift()!;
    if (answer instanceof Error) throw answer;
    return answer;
  };
  return { rest: new Rest('', () => keeper, clock, fetch), clock, asked, keeper, store };
}

describe('Rest', () => {
  test('a refused token is renewed once and the call repeated', async () => {
    const { rest: api, asked } = await rest(json({ code: 40001, message: 'expired' }, 401), json({ id: '1' }));
    expect(await api.me()).toEqual({ id: '1' });
    expect(asked).toEqual(['GET /api/v1/users/@me Bearer a1', 'GET /api/v1/users/@me Bearer a2']);
  });

  test('a token refused twice is an error', async () => {
    const { rest: api } = await rest(
      json({ code: 40001, message: 'expired' }, 401),
      json({ code: 40001, message: 'expired' }, 401),
    );
    await expect(api.me()).rejects.toMatchObject({ status: 401, code: 40001 });
  });

  test('a rate limit is waited out as long as Retry-After says', async () => {
    const {
      rest: api,
      clock,
      asked,
    } = await rest(json({ code: 20016, message: 'slow down' }, 429, { 'Retry-After': '2' }), json([], 200));
    const answer = api.logins();
    await clock.advance(1900);
    expect(asked).toHaveLength(1);
    await clock.advance(200);
    expect(await answer).toEqual([]);
  });

  test('an overloaded server is asked again only where that does no harm', async () => {
    const busy = () => json({ code: 50300, message: 'busy', retry_after: 0.5 }, 503);
    const { rest: api, clock } = await rest(busy(), json({ id: '1' }), busy());
    const read = api.me();
    await clock.advance(600);
    expect(await read).toEqual({ id: '1' });
    await expect(api.send('10', { content: 'hi' })).rejects.toBeInstanceOf(ApiError);
  });

  test('a server that is not there is a NetworkError, an error page without JSON an ApiError', async () => {
    const gone = () => new TypeError('refused');
    const { rest: api } = await rest(gone(), gone(), new Response('<html>', { status: 502 }));
    await expect(api.me()).rejects.toBeInstanceOf(NetworkError);
    await expect(api.me()).rejects.toMatchObject({ status: 502, code: 0 });
  });

  test('a read is repeated once over a connection that broke, a write is not', async () => {
    const { rest: api } = await rest(new TypeError('reset'), json({ id: '1' }), new TypeError('reset'));
    expect(await api.me()).toEqual({ id: '1' });
    await expect(api.logout()).rejects.toBeInstanceOf(NetworkError);
  });

  test('a refusal names its fields', async () => {
    const { rest: api } = await rest(
      json({ code: 50035, message: 'Invalid body', errors: { username: 'is too short' } }, 400),
    );
    const failed = api.register({ username: 'x', password: 'y', device: { id: 'd', kind: 'web' } });
    await expect(failed).rejects.toMatchObject({ code: 50035, fields: { username: 'is too short' } });
  });
});

describe('TokenKeeper', () => {
  test('callers at the same time share one refresh', async () => {
    const { keeper, store } = await rest();
    expect(await Promise.all([keeper.access(), keeper.access(), keeper.access()])).toEqual(['a1', 'a1', 'a1']);
    expect(await store.load()).toBe('r1');
  });

  test('a token is renewed shortly before it expires', async () => {
    const { keeper, clock } = await rest();
    expect(await keeper.access()).toBe('a1');
    await clock.advance(860_000);
    expect(await keeper.access()).toBe('a1');
    await clock.advance(11_000);
    expect(await keeper.access()).toBe('a2');
  });

  test('a refused refresh ends the login, an unreachable server does not', async () => {
    const store = storedToken(new MemoryStore());
    await store.save('r0');
    const failures: Error[] = [new NetworkError('away'), apiError(401, { code: 40001, message: 'revoked' })];
    const keeper = new TokenKeeper(store, () => Promise.reject(failures.shift()!), new FakeClock());
    let ended = 0;
    keeper.onEnd = () => ended++;
    await expect(keeper.access()).rejects.toBeInstanceOf(NetworkError);
    expect(await store.load()).toBe('r0');
    await expect(keeper.access()).rejects.toMatchObject({ name: 'SessionEnded' });
    await settle();
    expect(ended).toBe(1);
    expect(await store.load()).toBeUndefined();
  });

  test('what the login may do is read from its token', async () => {
    const claims = btoa(JSON.stringify({ sub: '1', permissions: ['user', 'admin'], iss: '~~~???' }))
      .replace(/\+/g, '-')
      .replace(/\//g, '_')
      .replace(/=+$/, '');
    const token = { id: '9', access_token: `h.${claims}.s`, expires_in: 900, refresh_token: 'r1' };
    const keeper = new TokenKeeper(storedToken(new MemoryStore()), async () => token, new FakeClock());
    expect(keeper.permissions).toEqual([]);
    await keeper.adopt(token);
    expect(keeper.permissions).toEqual(['user', 'admin']);
    await keeper.forget();
    expect(keeper.permissions).toEqual([]);
  });
});
