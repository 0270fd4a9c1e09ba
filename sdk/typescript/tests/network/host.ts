// What a scenario needs on its other side: a real server, and proxies to it. Scenarios run in Node and in a browser, so that they ask for
// all of it by HTTP.

import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Fault, Relay } from './relay.ts';

const kBinary = process.env.ROOKERY ?? fileURLToPath(new URL('../../../../build/release/rookery', import.meta.url));

/** A server of its own, on a port that the kernel chose and a data directory that goes with it. */
export class TestServer {
  #process: ChildProcess | undefined;
  #port = 0;
  readonly #data = mkdtempSync(join(tmpdir(), 'rookery-sdk-server-'));

  constructor(private readonly options: string[] = []) {}

  get port(): number {
    return this.#port;
  }
  get address(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** A second start comes up on the same port with the same data. */
  async start(): Promise<void> {
    if (!existsSync(kBinary))
      throw new Error(`no server to test against at ${kBinary}: run make build, or set ROOKERY`);
    const args = ['--listen', `127.0.0.1:${this.#port}`, '--data-dir', this.#data, ...this.options];
    const child = spawn(kBinary, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    this.#process = child;
    this.#port = await new Promise<number>((resolve, reject) => {
      let text = '';
      child.once('exit', (code) => reject(new Error(`the server ended with ${code}: ${text}`)));
      child.once('error', reject);
      child.stdout?.on('data', (part) => {
        text += part;
        const port = /listening on http:\/\/[^\s]*:(\d+)/.exec(text)?.[1];
        if (port) resolve(Number(port));
      });
    });
  }

  /** As a crash or a power cut of the process: it is not asked. */
  async kill(signal: 'SIGTERM' | 'SIGKILL' = 'SIGKILL'): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    if (!child || child.exitCode !== null) return;
    child.removeAllListeners('exit');
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    await ended;
  }

  async remove(): Promise<void> {
    await this.kill('SIGTERM');
    rmSync(this.#data, { recursive: true, force: true });
  }
}

/** Serves the orders of scenarios, and a page to run them in. */
export class Host {
  readonly server = new TestServer(['--rate-limits', 'off']);
  readonly #proxies: Relay[] = [];
  readonly #http = createServer((request, response) => void this.#serve(request, response));
  /** The page's script. */
  script = '';

  async start(): Promise<string> {
    await this.server.start();
    await new Promise<void>((resolve) => this.#http.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#http.address() as AddressInfo).port}`;
  }

  async remove(): Promise<void> {
    for (const proxy of this.#proxies) await proxy.remove();
    this.#http.closeAllConnections();
    await new Promise((resolve) => this.#http.close(resolve));
    await this.server.remove();
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.url === '/' || request.url === '/scenarios.js') {
      const script = request.url !== '/';
      response.setHeader('Content-Type', script ? 'text/javascript' : 'text/html');
      response.end(script ? this.script : '<!doctype html><script type="module" src="/scenarios.js"></script>');
      return;
    }
    try {
      let text = '';
      for await (const part of request) text += part;
      const answer = await this.#order(JSON.parse(text || '{}'));
      response.end(JSON.stringify(answer ?? null));
    } catch (error) {
      response.statusCode = 500;
      response.end(String(error));
    }
  }

  async #order(order: Order): Promise<unknown> {
    if (order.do === 'proxy') {
      this.#proxies.push(await Relay.to(() => this.server.port));
      return { proxy: this.#proxies.length - 1, address: this.#proxies.at(-1)!.address };
    }
    if (order.do === 'direct') return this.server.address;
    if (order.do === 'restart') {
      await this.server.kill();
      return this.server.start();
    }
    const proxy = this.#proxies[order.proxy];
    if (!proxy) throw new Error('no such proxy');
    if (order.do === 'cut') return proxy.cut(order.stay);
    if (order.do === 'heal') return proxy.heal();
    if (order.do === 'refuse-upgrade') return proxy.refuseUpgrade();
    if (order.do === 'plan') return proxy.plan(order.faults);
    return proxy.counts;
  }
}

/** What a scenario may ask for. */
export type Order =
  | { do: 'proxy' }
  | { do: 'direct' }
  | { do: 'restart' }
  | { do: 'cut'; proxy: number; stay?: boolean }
  | { do: 'plan'; proxy: number; faults: Fault[] }
  | { do: 'heal' | 'refuse-upgrade' | 'counts'; proxy: number };
