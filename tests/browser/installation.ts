import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const kBinary = process.env.ROOKERY ?? fileURLToPath(new URL('../../build/release/rookery', import.meta.url));
const kStartDeadline = 30_000;

/** A server of its own, on a port that the kernel chose and a data directory that goes with it. */
export class Installation {
  #process: ChildProcess | undefined;
  #port = 0;
  #setUp: string | undefined;
  readonly #data = mkdtempSync(join(tmpdir(), 'rookery-browser-'));

  /** `options`: further ones of the server's. */
  constructor(private readonly options: readonly string[] = []) {}

  get address(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  get port(): number {
    return this.#port;
  }

  /** The code by which the first administrator registers; the server prints it while it has none. */
  get setUpCode(): string | undefined {
    return this.#setUp;
  }

  /** A second start comes up on the same port with the same data. */
  async start(): Promise<void> {
    const place = ['--listen', `127.0.0.1:${this.#port}`, '--data-dir', this.#data];
    const child = spawn(kBinary, [...place, ...this.options], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#process = child;
    this.#port = await new Promise<number>((resolve, reject) => {
      let text = '';
      const late = setTimeout(
        () => reject(new Error(`no address within ${kStartDeadline} ms: ${text}`)),
        kStartDeadline,
      );
      child.once('exit', (code) => reject(new Error(`the server ended with ${code}: ${text}`)));
      child.once('error', reject);
      child.stdout?.on('data', (part) => {
        text += part;
        const port = /listening on http:\/\/[^\s]*:(\d+)\n/.exec(text)?.[1];
        this.#setUp = /\/#\/setup\/([\w-]+)\n/.exec(text)?.[1];
        if (!port) return;
        clearTimeout(late);
        resolve(Number(port));
      });
    });
  }

  async end(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<number | null> {
    const child = this.#process;
    this.#process = undefined;
    if (!child || child.exitCode !== null) return child?.exitCode ?? null;
    child.removeAllListeners('exit');
    const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
    child.kill(signal);
    return ended;
  }

  /** Ends it and deletes its data. */
  async remove(): Promise<void> {
    await this.end();
    rmSync(this.#data, { recursive: true, force: true });
  }
}

/** The network between a browser and the server: a relay that can be cut. */
export class Network {
  #server: Server;
  #open = new Set<Socket>();
  #cut = false;
  /** WebSockets that were opened through here. */
  gateways = 0;
  /** A path that nothing comes of: whoever asks for it, his connection breaks. */
  refused: string | undefined;

  private constructor(target: () => number) {
    this.#server = createServer((near) => {
      if (this.#cut) {
        near.destroy();
        return;
      }
      near.on('data', (part) => {
        const [, path] = /^GET (\S+) HTTP/.exec(part.toString('latin1', 0, 200)) ?? [];
        if (path?.startsWith('/gateway')) this.gateways++;
        if (path && path === this.refused) near.destroy();
      });
      const far = connect(target(), '127.0.0.1');
      for (const [one, other] of [
        [near, far],
        [far, near],
      ] as const) {
        this.#open.add(one);
        one.pipe(other);
        one.on('error', () => other.destroy());
        one.on('close', () => {
          this.#open.delete(one);
          other.destroy();
        });
      }
    });
  }

  static async to(target: () => number): Promise<Network> {
    const network = new Network(target);
    await new Promise<void>((resolve) => network.#server.listen(0, '127.0.0.1', resolve));
    return network;
  }

  get address(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Every connection breaks, and none comes about any more. */
  cut(): void {
    this.#cut = true;
    for (const socket of this.#open) socket.destroy();
  }

  /** Nothing passes any more, and nobody is told: what a dead spot looks like from both sides. */
  stall(): void {
    for (const socket of this.#open) {
      socket.unpipe();
      socket.pause();
    }
  }

  heal(): void {
    this.#cut = false;
  }

  async remove(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
