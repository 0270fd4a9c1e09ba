import { request } from 'node:http';
import type { Socket } from 'node:net';

/** An account without a browser, for what would take too long in one. */
export class Writer {
  private constructor(
    readonly id: string,
    private readonly server: string,
    private readonly token: string,
  ) {}

  static async register(server: string, username: string, display_name: string): Promise<Writer> {
    const body = { username, password: 'correct horse battery', display_name };
    const answer = await call(server, 'POST', '/auth/register', undefined, body);
    return new Writer(answer.user.id, server, answer.session.access_token);
  }

  // biome-ignore lint/suspicious/noExplicitAny: whatever the server answers
  call(method: string, path: string, body?: unknown): Promise<any> {
    return call(this.server, method, path, this.token, body);
  }

  async openChannel(recipients: string[], name?: string): Promise<string> {
    const group = name === undefined ? {} : { name, type: 'group' };
    return (await this.call('POST', '/users/@me/channels', { recipients, ...group })).id;
  }

  async idOf(username: string): Promise<string> {
    const users = await this.call('GET', `/users?query=${username}`);
    return users.find((user: { username: string }) => user.username === username).id;
  }

  /**
   * Says everything in `contents`, in that order, with as many on their way as the server takes. `perSecond`: no faster than that. Ends
   * when all of it is acknowledged. Needs a server without rate limits.
   */
  async sayAll(channel: string, contents: readonly string[], perSecond = Number.POSITIVE_INFINITY): Promise<void> {
    const socket = await upgrade(this.server);
    const device = { id: 'seed', kind: 'desktop' };
    const began = Date.now();
    let sent = 0;
    let answered = 0;
    let ready = false;
    await new Promise<void>((resolve, reject) => {
      const paced = Number.isFinite(perSecond);
      const due = () =>
        paced ? Math.min(contents.length, ((Date.now() - began) / 1000) * perSecond) : contents.length;
      const more = () => {
        if (!ready) return;
        const frames: Buffer[] = [];
        while (sent < due() && sent - answered < kInFlight) {
          const d = { channel_id: channel, content: contents[sent], nonce: `${began}-${sent}` };
          frames.push(frameOf({ op: 64, i: ++sent, t: 'MESSAGE_SEND', d }));
        }
        if (frames.length > 0) socket.write(Buffer.concat(frames));
      };
      const pace = paced ? setInterval(more, 20) : undefined;
      let last = '';
      socket.on('close', () =>
        reject(new Error(`closed after ${answered} of ${contents.length} messages: ${JSON.stringify(last)}`)),
      );
      socket.write(frameOf({ op: 2, d: { token: this.token, device } }));
      onFrames(socket, (text) => {
        last = text.slice(0, 200);
        if (text.startsWith('{"op":65')) {
          if (text.includes('"error"')) reject(new Error(text));
          answered++;
        } else if (text.includes('"READY"', 8)) {
          ready = true;
        }
        if (answered === contents.length) {
          clearInterval(pace);
          socket.removeAllListeners('close');
          socket.destroy();
          resolve();
        } else {
          more();
        }
      });
    });
  }
}

const kInFlight = 32;

// biome-ignore lint/suspicious/noExplicitAny: whatever the server answers
async function call(server: string, method: string, path: string, token?: string, body?: unknown): Promise<any> {
  const answer = await fetch(`${server}/api/v1${path}`, {
    method,
    headers: {
      ...(token ? { Authorization: `Bearer ${token}` } : {}),
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
  return answer.status === 204 ? undefined : answer.json();
}

// A WebSocket by hand: Node 20 has none of its own.

function upgrade(server: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const headers = {
      Connection: 'Upgrade',
      Upgrade: 'websocket',
      'Sec-WebSocket-Version': '13',
      'Sec-WebSocket-Key': Buffer.alloc(16, 7).toString('base64'),
    };
    const asked = request(`${server}/gateway?v=1&encoding=json`, { headers });
    asked.on('upgrade', (_answer, socket, head) => {
      if (head.length > 0) socket.unshift(head);
      resolve(socket as Socket);
    });
    asked.on('error', reject);
    asked.end();
  });
}

/** Masked, as a client's frames are, with a mask of zeros. */
function frameOf(frame: unknown): Buffer {
  const text = Buffer.from(JSON.stringify(frame));
  const head =
    text.length < 126
      ? Buffer.from([0x81, 0x80 | text.length])
      : Buffer.from([0x81, 0xfe, text.length >> 8, text.length & 0xff]);
  return Buffer.concat([head, Buffer.alloc(4), text]);
}

function onFrames(socket: Socket, listener: (text: string) => void): void {
  let rest: Buffer = Buffer.alloc(0);
  socket.on('data', (part: Buffer) => {
    rest = rest.length > 0 ? Buffer.concat([rest, part]) : part;
    let at = 0;
    while (rest.length - at >= 2) {
      const short = rest[at + 1]! & 0x7f;
      const head = short < 126 ? 2 : short === 126 ? 4 : 10;
      if (rest.length - at < head) break;
      const length =
        short < 126 ? short : short === 126 ? rest.readUInt16BE(at + 2) : Number(rest.readBigUInt64BE(at + 2));
      if (rest.length - at < head + length) break;
      listener(rest.toString('utf8', at + head, at + head + length));
      at += head + length;
    }
    rest = rest.subarray(at);
  });
}
