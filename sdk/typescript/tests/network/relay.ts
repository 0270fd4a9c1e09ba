import type { AddressInfo, Server, Socket } from 'node:net';
import { connect, createServer } from 'node:net';

/** What one connection through the proxy is to suffer, and after how many bytes from the server. */
export interface Fault {
  kind: 'cut' | 'stall' | 'half-close';
  afterBytes: number;
}

/** The network between a client and the server: a relay that breaks things when it is told to. */
export class Relay {
  readonly #server: Server;
  readonly #open = new Set<Socket>();
  #down = false;
  #refusesUpgrade = false;
  /** Each is for one connection: the next that opens a WebSocket. */
  #faults: Fault[] = [];
  #upgrades = 0;
  #refused = 0;
  #faultsDone = 0;

  private constructor(private readonly target: () => number) {
    this.#server = createServer((near) => this.#relay(near));
  }

  static async to(target: () => number): Promise<Relay> {
    const relay = new Relay(target);
    await new Promise<void>((resolve) => relay.#server.listen(0, '127.0.0.1', resolve));
    return relay;
  }

  get address(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** What the relay has seen. */
  get counts(): { upgrades: number; refused: number; faults: number; open: number } {
    return { upgrades: this.#upgrades, refused: this.#refused, faults: this.#faultsDone, open: this.#open.size };
  }

  /** Every connection breaks now; with `stay`, none comes about until `heal`. */
  cut(stay = false): void {
    this.#down = stay;
    for (const socket of this.#open) socket.destroy();
  }

  heal(): void {
    this.#down = false;
    this.#refusesUpgrade = false;
    this.#faults = [];
  }

  /** As a firewall that knows no WebSocket does it: an answer, but not 101. */
  refuseUpgrade(): void {
    this.#refusesUpgrade = true;
    this.cut();
  }

  /** The next WebSockets suffer these, one each. */
  plan(faults: Fault[]): void {
    this.#faults.push(...faults);
  }

  async remove(): Promise<void> {
    this.cut(true);
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #relay(near: Socket): void {
    if (this.#down) {
      near.destroy();
      return;
    }
    this.#track(near);
    near.once('data', (head: Buffer) => {
      const upgrade = /^upgrade:\s*websocket/im.test(head.toString('latin1'));
      if (upgrade) this.#upgrades++;
      if (upgrade && this.#refusesUpgrade) {
        this.#refused++;
        near.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');
        return;
      }
      this.#join(near, head, upgrade ? this.#faults.shift() : undefined);
    });
  }

  #join(near: Socket, head: Buffer, fault: Fault | undefined): void {
    const far = connect({ port: this.target(), host: '127.0.0.1', allowHalfOpen: true });
    this.#track(far);
    near.on('close', () => far.destroy());
    far.on('close', () => near.destroy());
    far.write(head);
    near.pipe(far);
    let passed = 0;
    far.on('data', (data: Buffer) => {
      passed += data.length;
      if (!fault || passed < fault.afterBytes) {
        if (!near.write(data)) {
          far.pause();
          near.once('drain', () => far.resume());
        }
        return;
      }
      far.removeAllListeners('data');
      far.on('data', () => undefined); // what the server still says is lost
      this.#faultsDone++;
      // Up to the very byte: the last frame arrives in part.
      near.write(data.subarray(0, data.length - (passed - fault.afterBytes)), () => this.#suffer(near, far, fault));
    });
    far.on('end', () => near.end());
  }

  #suffer(near: Socket, far: Socket, { kind }: Fault): void {
    if (kind === 'cut') near.destroy();
    if (kind === 'half-close') near.end();
    if (kind === 'stall') near.unpipe(far); // nothing passes any more, either way, and nobody is told
  }

  #track(socket: Socket): void {
    this.#open.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.#open.delete(socket));
  }
}
