import { describe, expect, test } from 'vitest';
import { NotFound } from '../src/errors.ts';
import { type Answer, Rest, type Route } from '../src/rest.ts';
import type { Message, OwnUser } from '../src/types/schemas.ts';
import { FakeClock } from './fake-clock.ts';
import { json } from './fake-server.ts';

function rest(answer: () => Response) {
  const asked: { method: string; url: string; token: string | undefined; body: unknown }[] = [];
  const fetch = async (input: RequestInfo | URL, init?: RequestInit) => {
    const headers = init?.headers as Record<string, string>;
    const body = init?.body ? JSON.parse(String(init.body)) : undefined;
    asked.push({ method: init?.method ?? '', url: String(input), token: headers.Authorization, body });
    return answer();
  };
  const clock = new FakeClock();
  return { api: new Rest('http://server', () => ({ access: async () => 'a' }), clock, fetch), asked, clock };
}

describe('documented routes', () => {
  test('path, query and body go where the document says', async () => {
    const { api, asked } = rest(() => json([]));
    await api.request('GET /api/v1/channels/{channel_id}/messages/{message_id}/reactions/{emoji}', {
      path: { channel_id: '1', message_id: '2', emoji: '👍🏽' },
      query: { limit: 3 },
    });
    await api.request('PUT /api/v1/channels/{channel_id}/settings', {
      path: { channel_id: '1' },
      body: { notify: 'mentions' },
    });
    expect(asked).toEqual([
      {
        method: 'GET',
        url: `http://server/api/v1/channels/1/messages/2/reactions/${encodeURIComponent('👍🏽')}?limit=3`,
        token: 'Bearer a',
        body: undefined,
      },
      {
        method: 'PUT',
        url: 'http://server/api/v1/channels/1/settings',
        token: 'Bearer a',
        body: { notify: 'mentions' },
      },
    ]);
  });

  test('those without a lock are asked without a token', async () => {
    const { api, asked } = rest(() => json({}));
    await api.request('GET /healthz');
    await api.request('GET /api/v1/instance');
    await api.request('POST /api/v1/auth/login', { body: { login: 'ada', password: 'secret' } });
    expect(asked.map((one) => one.token)).toEqual([undefined, undefined, undefined]);
  });

  test('an id cannot leave its place in the path', async () => {
    const { api, asked } = rest(() => json({}));
    await api.channel('../users/@me?x=');
    expect(asked[0]!.url).toBe('http://server/api/v1/channels/..%2Fusers%2F%40me%3Fx%3D');
  });

  test('the compiler knows every route, what it takes and what it answers', () => {
    const { api } = rest(() => json({}));
    // Never called: what stands here has to compile, or not to.
    const compiled = () => {
      const me: Promise<OwnUser> = api.request('GET /api/v1/users/@me');
      const sent: Promise<Message> = api.request('POST /api/v1/channels/{channel_id}/messages', {
        path: { channel_id: '1' },
        body: { content: 'hi' },
      });
      const nothing: Answer<'POST /api/v1/auth/logout'> = undefined;
      // @ts-expect-error there is no such route
      const missing: Route = 'GET /api/v1/nothing';
      // @ts-expect-error the path needs its channel
      void api.request('GET /api/v1/channels/{channel_id}');
      // @ts-expect-error a limit is a number
      void api.request('GET /api/v1/users/@me/channels', { query: { limit: 'all' } });
      // @ts-expect-error a message has content
      void api.request('POST /api/v1/channels/{channel_id}/messages', { path: { channel_id: '1' }, body: {} });
      // @ts-expect-error this is no kind of notification
      void api.putChannelSettings('1', { notify: 'loudly' });
      return [me, sent, nothing, missing];
    };
    expect(compiled).toBeTypeOf('function');
  });

  test('an error is of the class of its status', async () => {
    const { api } = rest(() => json({ code: 10003, message: 'Unknown channel', request_id: 'r' }, 404));
    const error = await api.channel('1').catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(NotFound);
    expect(error).toMatchObject({ code: 10003, status: 404, requestId: 'r', temporary: false });
  });
});

describe('a request', () => {
  const headers = (remaining: number, after: number) => ({
    'X-RateLimit-Bucket': 'b',
    'X-RateLimit-Remaining': String(remaining),
    'X-RateLimit-Reset-After': String(after),
  });

  test('waits where the limit is known to be used up', async () => {
    const { api, asked, clock } = rest(() => json([], 200, headers(0, 2.5)));
    await api.blocks();
    const second = api.blocks();
    await clock.advance(2400);
    expect(asked).toHaveLength(1);
    await clock.advance(200);
    await second;
    expect(asked).toHaveLength(2);
  });

  test('that would wait too long is an error that says how long', async () => {
    const { api } = rest(() => json({ code: 20016, message: 'slow down', retry_after: 60 }, 429));
    await expect(api.blocks()).rejects.toMatchObject({ name: 'RateLimited', retryAfter: 60 });
  });

  test('ends with its signal, before it is made, while it waits, and on its way', async () => {
    const late = rest(() => json({ code: 20016, message: 'slow down', retry_after: 20 }, 429));
    const early = new AbortController();
    early.abort(new Error('too late'));
    await expect(late.api.blocks({ signal: early.signal })).rejects.toThrow('too late');
    expect(late.asked).toEqual([]);

    const waiting = new AbortController();
    const answer = late.api.blocks({ signal: waiting.signal });
    await late.clock.advance(1000);
    waiting.abort(new Error('given up'));
    await expect(answer).rejects.toThrow('given up');
    expect(late.asked).toHaveLength(1);

    const hanging = new Rest(
      '',
      () => ({ access: async () => 'a' }),
      new FakeClock(),
      (_, init) => {
        return new Promise((_resolve, reject) => init?.signal?.addEventListener('abort', () => reject(new Error())));
      },
    );
    const sent = new AbortController();
    const hung = hanging.blocks({ signal: sent.signal });
    sent.abort();
    await expect(hung).rejects.toMatchObject({ name: 'AbortError' });
  });

  test('whose answer breaks off in the middle, or never ends, has failed', async () => {
    const broken = rest(() => new Response('{"id":'));
    await expect(broken.api.logout()).rejects.toMatchObject({ name: 'NetworkError' });
    const clock = new FakeClock();
    const endless = new Rest(
      '',
      () => ({ access: async () => 'a' }),
      clock,
      async (_, init) => {
        const body = new ReadableStream({
          start: (stream) => init?.signal?.addEventListener('abort', () => stream.error(init.signal!.reason)),
        });
        return new Response(body);
      },
    );
    const answer = endless.logout();
    answer.catch(() => undefined);
    await clock.advance(10_001);
    await expect(answer).rejects.toThrow('no answer within 10000 ms');
  });
});
