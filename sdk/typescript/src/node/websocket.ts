import { createHash, randomBytes } from 'node:crypto';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Duplex } from 'node:stream';
import { Close } from '../frames.ts';
import type { Socket } from '../gateway.ts';

const kMagic = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'; // RFC 6455, 1.3
const kText = 1;
const kClose = 8;
const kPing = 9;
const kPong = 10;
const kLongest = 16 * 1024 * 1024; // a frame beyond this is no frame of a Rookery server
const kCloseDue = 2000;

/** A WebSocket for Node, for `openSocket` of the client's options: Node 20 has none of its own. Text frames only, as the protocol has them. */
export function openSocket(url: string): Socket {
  return new NodeSocket(url);
}

class NodeSocket implements Socket {
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: ((event: { code: number; reason: string }) => void) | null = null;
  onerror: ((event: unknown) => void) | null = null;
  #stream: Duplex | undefined;
  #buffered: Buffer = Buffer.alloc(0);
  #parts: Buffer[] = []; // of a message in several frames
  #over = false;
  readonly #abort: () => void;

  constructor(url: string) {
    const key = randomBytes(16).toString('base64');
    const { protocol } = new URL(url);
    const request = (protocol === 'wss:' ? httpsRequest : httpRequest)(url.replace(/^ws/, 'http'), {
      headers: { Connection: 'Upgrade', Upgrade: 'websocket', 'Sec-WebSocket-Version': '13', 'Sec-WebSocket-Key': key },
    });
    this.#abort = () => request.destroy();
    request.on('upgrade', (response: IncomingMessage, stream: Duplex, head: Buffer) => {
      const accept = createHash('sha1')
        .update(key + kMagic)
        .digest('base64');
      if (response.headers['sec-websocket-accept'] !== accept || this.#over) {
        stream.destroy();
        this.#end(Close.Abnormal, '');
        return;
      }
      this.#use(stream, head);
    });
    request.on('response', (response) => {
      response.resume();
      this.#end(Close.Abnormal, `status ${response.statusCode}`);
      request.destroy();
    });
    request.on('error', (error) => this.#end(Close.Abnormal, String(error)));
    request.end();
  }

  send(text: string): void {
    this.#write(kText, Buffer.from(text));
  }

  close(code: number = Close.Normal, reason = ''): void {
    if (this.#stream && !this.#over) {
      const body = Buffer.alloc(2);
      body.writeUInt16BE(code);
      this.#write(kClose, Buffer.concat([body, Buffer.from(reason)]));
      const stream = this.#stream;
      const late = setTimeout(() => stream.destroy(), kCloseDue);
      stream.once('close', () => clearTimeout(late));
      stream.end();
    } else {
      this.#abort();
    }
    this.#end(code, reason);
  }

  #use(stream: Duplex, head: Buffer): void {
    this.#stream = stream;
    stream.on('data', (data: Buffer) => this.#take(data));
    stream.on('error', () => undefined); // a close follows
    stream.on('end', () => stream.end());
    stream.on('close', () => this.#end(Close.Abnormal, ''));
    if (head.length > 0) this.#take(head);
  }

  #take(data: Buffer): void {
    this.#buffered = this.#buffered.length > 0 ? Buffer.concat([this.#buffered, data]) : data;
    for (;;) {
      const frame = firstFrame(this.#buffered);
      if (frame === undefined || this.#over) return;
      if (frame === 'bad') {
        this.close(1002, 'bad frame');
        return;
      }
      this.#buffered = this.#buffered.subarray(frame.size);
      this.#frame(frame);
    }
  }

  #frame({ op, last, body }: Frame): void {
    if (op === kPing) {
      this.#write(kPong, body);
    } else if (op === kClose) {
      const code = body.length >= 2 ? body.readUInt16BE() : 1005;
      this.#write(kClose, body.subarray(0, 2));
      this.#stream?.end();
      this.#end(code, body.subarray(2).toString());
    } else if (op < kClose) {
      this.#parts.push(body);
      if (last) this.onmessage?.({ data: Buffer.concat(this.#parts.splice(0)).toString() });
    }
  }

  #write(op: number, body: Buffer): void {
    if (this.#stream?.writable) this.#stream.write(masked(op, body));
  }

  #end(code: number, reason: string): void {
    if (this.#over) return;
    this.#over = true;
    // Never within the caller's turn, as a browser does it.
    queueMicrotask(() => this.onclose?.({ code, reason }));
  }
}

interface Frame {
  op: number;
  last: boolean;
  body: Buffer;
  size: number;
}

function firstFrame(data: Buffer): Frame | 'bad' | undefined {
  if (data.length < 2) return undefined;
  const [first, second] = [data[0]!, data[1]!];
  if ((first & 0x70) !== 0 || second >= 0x80) return 'bad'; // an extension nobody asked for; a server does not mask
  let length = second;
  let at = 2;
  if (second === 126) {
    if (data.length < 4) return undefined;
    length = data.readUInt16BE(2);
    at = 4;
  } else if (second === 127) {
    if (data.length < 10) return undefined;
    const wide = data.readBigUInt64BE(2);
    if (wide > kLongest) return 'bad';
    length = Number(wide);
    at = 10;
  }
  if (data.length < at + length) return undefined;
  return { op: first & 0x0f, last: first >= 0x80, body: data.subarray(at, at + length), size: at + length };
}

/** What a client sends is masked (RFC 6455, 5.3). */
function masked(op: number, body: Buffer): Buffer {
  const wide = body.length > 0xffff ? 8 : body.length > 125 ? 2 : 0;
  const frame = Buffer.alloc(6 + wide + body.length);
  frame[0] = 0x80 | op;
  frame[1] = 0x80 | (wide === 8 ? 127 : wide === 2 ? 126 : body.length);
  if (wide === 2) frame.writeUInt16BE(body.length, 2);
  if (wide === 8) frame.writeBigUInt64BE(BigInt(body.length), 2);
  const mask = randomBytes(4);
  mask.copy(frame, 2 + wide);
  for (let i = 0; i < body.length; i++) frame[6 + wide + i] = body[i]! ^ mask[i & 3]!;
  return frame;
}
