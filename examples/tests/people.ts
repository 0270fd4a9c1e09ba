import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { Client } from '../../sdk/typescript/src/index.ts';
import { openSocket } from '../../sdk/typescript/src/node/index.ts';

export const password = 'long enough to pass';

/** A person at the other end of an example: registered and connected. */
export async function person(server: string, username: string): Promise<Client> {
  const client = new Client({ server, device: { id: 'test', kind: 'desktop' }, openSocket });
  await client.register({ username, password });
  const ready = client.once('READY');
  await client.start();
  await ready;
  return client;
}

/** A program of ours in Node, as its reader starts it. */
export class Program {
  readonly #child: ChildProcess;
  #text = '';
  #changed: () => void = () => undefined;
  readonly ended: Promise<number | null>;

  constructor(file: string, args: string[], env: Record<string, string>) {
    const script = fileURLToPath(new URL(`../${file}`, import.meta.url));
    this.#child = spawn(process.execPath, [script, ...args], {
      env: { PATH: process.env.PATH, ...env },
      stdio: 'pipe',
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding('utf8').on('data', (part) => {
        this.#text += part;
        this.#changed();
      });
    }
    this.ended = new Promise((resolve) => this.#child.once('close', resolve));
    void this.ended.then(() => this.#changed());
  }

  /** When the program has said this. */
  async said(what: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const found = what.exec(this.#text);
      if (found) return found;
      if (this.#child.exitCode !== null) throw new Error(`ended with ${this.#child.exitCode}: ${this.#text}`);
      await new Promise<void>((resolve) => {
        this.#changed = resolve;
      });
    }
  }

  get text(): string {
    return this.#text;
  }

  type(line: string): void {
    this.#child.stdin?.write(`${line}\n`);
  }

  hangUp(): void {
    this.#child.stdin?.end();
  }

  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null> {
    this.#child.kill(signal);
    return this.ended;
  }
}
