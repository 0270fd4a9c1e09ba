// <rookery-chat server="https://chat.example" to="support"></rookery-chat>: a visitor of any page talks with one person of a Rookery
// server. In a shadow root, without inline styles and without HTML from strings, so that it works under a page's strict
// Content-Security-Policy and Trusted Types.

import { ApiError, Client, IndexedDbStore, type Message, type OutboxEntry } from '@rookery/sdk';
import { style } from './style.ts';

/** What the widget says; set `texts` of the element for another language. */
export const english = {
  open: 'Chat with us',
  unread: (count: number) => (count === 1 ? '1 new message' : `${count} new messages`),
  close: 'Close',
  message: 'Your message',
  send: 'Send',
  you: 'You',
  greeting: 'Hello! How can we help you?',
  connecting: 'Connecting …',
  offline: 'No connection. What you write is sent later.',
  notSent: 'Not sent:',
  closed: 'The chat is not available at the moment.',
  ended: 'This chat was ended. Write to begin a new one.',
};

export type Texts = typeof english;

/** An element of this page, made without HTML. */
function make<T extends keyof HTMLElementTagNameMap>(
  tag: T,
  attributes: Record<string, string> = {},
  ...inside: (Node | string)[]
): HTMLElementTagNameMap[T] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...inside);
  return element;
}

const random = (bytes: number) =>
  Array.from(crypto.getRandomValues(new Uint8Array(bytes)), (byte) => byte.toString(16).padStart(2, '0')).join('');

/** The custom element. `server` and `to` (a username) are attributes; `heading` is the title of the panel. */
export class RookeryChat extends HTMLElement {
  /** Other words. Set it before the element is connected. */
  texts: Texts = english;
  /**
   * Signs the visitor in. Left alone, a visitor becomes a guest with an account of its own, which needs open registration; a page that knows
   * its visitors calls `client.login` or `client.register` with what it knows.
   */
  signIn: (client: Client) => Promise<unknown> = (client) =>
    client.register({ username: `guest_${random(8)}`, password: random(24), display_name: 'Guest' });

  #client: Client | undefined;
  #channel: string | undefined;
  #starting: Promise<string> | undefined;
  #messages = new Map<number, Message>(); // by seq
  #read = 0;
  #list = make('div', { class: 'log', part: 'log', role: 'log', tabindex: '0' });
  #status = make('p', { class: 'status', part: 'status', role: 'status' });
  #launcher = make('button', { class: 'launcher', part: 'launcher', type: 'button', 'aria-expanded': 'false' });
  #panel = make('section', { class: 'panel', part: 'panel', role: 'dialog' });
  #input = make('textarea', { part: 'input', rows: '1', maxlength: '4000' });

  connectedCallback(): void {
    if (!this.shadowRoot) this.#build();
    const server = this.getAttribute('server') ?? '';
    const store = new IndexedDbStore(`rookery-chat ${server}`);
    this.#client = new Client({
      server,
      store,
      device: { id: 'widget', kind: 'web', name: 'Chat widget' },
      missed: 'reset',
    });
    this.#listen(this.#client);
    // Who was here before is told of answers at once; for others nothing is asked before they write.
    void this.#client.hasLogin().then(
      (known) => {
        if (known) this.#begin().catch(() => this.#say(this.texts.closed));
      },
      () => undefined,
    );
  }

  disconnectedCallback(): void {
    void this.#client?.close();
    this.#client = undefined;
    this.#starting = undefined;
  }

  /** The connection, for who wants to do more with it. */
  get client(): Client | undefined {
    return this.#client;
  }

  open(): void {
    this.#panel.hidden = false;
    this.#launcher.setAttribute('aria-expanded', 'true');
    this.#input.focus();
    this.#markRead();
    this.#show();
  }

  close(): void {
    this.#panel.hidden = true;
    this.#launcher.setAttribute('aria-expanded', 'false');
    this.#launcher.focus();
  }

  #build(): void {
    const { texts } = this;
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(style);
    const root = this.attachShadow({ mode: 'open', delegatesFocus: true });
    root.adoptedStyleSheets = [sheet];
    const heading = this.getAttribute('heading') ?? texts.open;
    const close = make('button', { type: 'button', part: 'close', 'aria-label': texts.close }, '×');
    const form = make('form', {}, this.#input, make('button', { part: 'send' }, texts.send));
    this.#panel.setAttribute('aria-label', heading);
    this.#panel.append(
      make('header', { part: 'header' }, make('h2', {}, heading), close),
      this.#list,
      this.#status,
      form,
    );
    this.#panel.hidden = true;
    this.#list.setAttribute('aria-label', heading);
    this.#input.setAttribute('aria-label', texts.message);
    this.#input.placeholder = texts.message;
    root.append(this.#panel, this.#launcher);
    this.#show();
    this.#launcher.addEventListener('click', () => (this.#panel.hidden ? this.open() : this.close()));
    close.addEventListener('click', () => this.close());
    this.#panel.addEventListener('keydown', (event) => event.key === 'Escape' && this.close());
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.#write();
    });
    this.#input.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.#write();
    });
  }

  #listen(client: Client): void {
    const { texts } = this;
    client.on('MESSAGE_CREATE', (message) => this.#take([message]));
    client.on('sent', ({ message }) => this.#take([message]));
    client.on('MESSAGE_UPDATE', ({ message }) => this.#take([message]));
    client.on('MESSAGE_DELETE', ({ message }) => this.#take([message]));
    client.on('reset', () => void this.#history().catch(() => undefined));
    client.on('outbox', () => this.#show());
    client.on('state', ({ kind }) => {
      if (kind === 'online') this.#say('');
      if (kind === 'connecting') this.#say(texts.connecting);
      if (kind === 'waiting') this.#say(texts.offline);
    });
    client.on('signedOut', () => {
      this.#starting = undefined;
      this.#channel = undefined;
      this.#messages.clear();
      this.#read = 0;
      this.#say(texts.ended);
      this.#show();
    });
  }

  /** Signs in where that is needed, finds the conversation, and connects. */
  #begin(): Promise<string> {
    this.#starting ??= this.#connect().catch((error: unknown) => {
      this.#starting = undefined; // the next message tries again
      throw error;
    });
    return this.#starting;
  }

  async #connect(): Promise<string> {
    const client = this.#client;
    if (!client) throw new Error('not on a page');
    this.#say(this.texts.connecting);
    if (!(await client.hasLogin())) await this.signIn(client);
    const to = (this.getAttribute('to') ?? '').toLowerCase();
    const person = (await client.rest.findUsers(to)).find((user) => user.username === to);
    if (!person) throw new Error(`there is nobody called ${to}`);
    const channel = await client.rest.openChannel({ recipients: [person.id] });
    this.#channel = channel.id;
    this.#read = channel.read_state.read_seq;
    await this.#history();
    await client.start();
    return channel.id;
  }

  async #history(): Promise<void> {
    if (this.#channel && this.#client) this.#take(await this.#client.rest.messages(this.#channel, { limit: 50 }));
  }

  #write(): void {
    const text = this.#input.value;
    if (!text.trim()) return;
    this.#input.value = '';
    this.#begin().then(
      (channel) => this.#client?.outbox.add(channel, text),
      (error: unknown) => {
        this.#input.value ||= text; // nothing that was written is lost
        this.#say(error instanceof ApiError ? error.message : this.texts.closed);
      },
    );
  }

  #take(messages: Message[]): void {
    for (const message of messages) if (message.channel_id === this.#channel) this.#messages.set(message.seq, message);
    this.#show();
    if (!this.#panel.hidden) this.#markRead();
  }

  #markRead(): void {
    const last = Math.max(0, ...this.#messages.keys());
    if (!this.#channel || last <= this.#read) return;
    this.#read = last;
    void this.#client?.rest.read(this.#channel, last).catch(() => undefined); // the next one says it again
    this.#show();
  }

  #say(text: string): void {
    this.#status.textContent = text;
  }

  /** What is there and not yet shown is added; what changed is replaced: a live region tells only what is new. */
  #show(): void {
    const { texts } = this;
    const mine = this.#client?.user?.id;
    const sent = [...this.#messages.values()].sort((a, b) => a.seq - b.seq);
    const wanted = new Map<string, HTMLElement>([['greeting', make('p', { class: 'greeting' }, texts.greeting)]]);
    for (const message of sent) {
      if (message.deleted || message.type !== 'text') continue;
      wanted.set(
        `${message.seq}`,
        this.#bubble(
          message.author.id === mine ? texts.you : message.author.display_name,
          message.content,
          message.author.id === mine,
        ),
      );
    }
    for (const entry of this.#client?.outbox.entries ?? []) wanted.set(entry.nonce, this.#unsent(entry));
    let place: Element | null = this.#list.firstElementChild;
    for (const [key, fresh] of wanted) {
      const old = [...this.#list.children].find((child) => (child as HTMLElement).dataset.key === key);
      fresh.dataset.key = key;
      const shown = old?.isEqualNode(fresh) ? old : fresh;
      if (old && shown !== old) {
        old.replaceWith(shown);
        if (place === old) place = shown;
      }
      if (shown !== place) this.#list.insertBefore(shown, place);
      place = shown.nextElementSibling;
    }
    while (place) {
      const next = place.nextElementSibling;
      place.remove();
      place = next;
    }
    this.#list.scrollTop = this.#list.scrollHeight;
    const unread = sent.filter(({ seq, author }) => seq > this.#read && author.id !== mine).length;
    this.#launcher.textContent = unread > 0 ? texts.unread(unread) : texts.open;
  }

  #bubble(who: string, text: string, mine: boolean): HTMLElement {
    return make(
      'p',
      mine ? { class: 'mine', part: 'message mine' } : { part: 'message' },
      make('span', { class: 'who' }, `${who}: `),
      text,
    );
  }

  #unsent({ content, failed }: OutboxEntry): HTMLElement {
    const bubble = this.#bubble(
      this.texts.you,
      failed ? `${this.texts.notSent} ${content} (${failed.message})` : content,
      true,
    );
    bubble.classList.add('unsent');
    return bubble;
  }
}

customElements.define('rookery-chat', RookeryChat);
