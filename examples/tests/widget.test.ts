import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { AxeBuilder } from '@axe-core/playwright';
import { type Browser, type BrowserContext, chromium, type Page } from '@playwright/test';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Client } from '../../sdk/typescript/src/index.ts';
import { TestServer } from '../../sdk/typescript/tests/network/host.ts';
import { Relay } from '../../sdk/typescript/tests/network/relay.ts';
import { person } from './people.ts';

let server: TestServer;
let relay: Relay;
let site: Server;
let origin = '';
let browser: Browser;
let context: BrowserContext;
let page: Page;
let support: Client;
const wrongs: string[] = []; // what the page complains about

async function widget(): Promise<string> {
  const configFile = fileURLToPath(new URL('../widget/vite.config.ts', import.meta.url));
  const made = await build({ configFile, logLevel: 'warn', build: { write: false } });
  const [output] = Array.isArray(made) ? made : [made];
  if (!output || !('output' in output)) throw new Error('nothing was built');
  return output.output[0].code;
}

/** Somebody else's page, of another origin, and strict: nothing inline, no HTML from strings, no styles at all. */
async function startSite(): Promise<void> {
  const script = await widget();
  site = createServer((request, response) => {
    const isScript = request.url === '/rookery-chat.js';
    response.setHeader('Content-Type', isScript ? 'text/javascript' : 'text/html; charset=utf-8');
    response.setHeader(
      'Content-Security-Policy',
      `default-src 'none'; script-src 'self'; connect-src ${relay.address} ${relay.address.replace('http', 'ws')};` +
        ` require-trusted-types-for 'script'; base-uri 'none'`,
    );
    response.end(
      isScript
        ? script
        : `<!doctype html><html lang="en"><title>A shop</title><main><h1>A shop</h1></main>
<rookery-chat server="${relay.address}" to="support" heading="Ask us"></rookery-chat>
<script type="module" src="/rookery-chat.js"></script></html>`,
    );
  });
  await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(site.address() as AddressInfo).port}`;
}

beforeAll(async () => {
  relay = await Relay.to(() => server.port);
  await startSite();
  server = new TestServer(['--rate-limits', 'off', '--allowed-origins', origin]);
  await server.start();
  support = await person(server.address, 'support');
  const asRoot = process.getuid?.() === 0;
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: [...(asRoot ? ['--no-sandbox'] : []), '--disable-background-networking', '--disable-component-update'],
  });
  context = await browser.newContext();
  page = await context.newPage();
  page.on('pageerror', (error) => wrongs.push(String(error)));
  page.on('console', (said) => {
    if (/Content Security Policy|TrustedHTML|Trusted Type/.test(said.text())) wrongs.push(said.text());
  });
});
afterAll(async () => {
  await browser?.close();
  await support?.close();
  await relay?.remove();
  await new Promise((resolve) => site?.close(resolve));
  await server?.remove();
});

const transport = () =>
  page.evaluate(() => {
    const widget = document.querySelector('rookery-chat') as HTMLElement & { client?: Client };
    return widget.client?.gateway.transport;
  });

describe('the widget on a strict page of another origin', () => {
  test('a visitor writes, is answered, goes and comes back', async () => {
    const messages = support.messages();
    await page.goto(origin);
    const launcher = page.getByRole('button', { name: 'Chat with us' });
    await launcher.focus();
    await page.keyboard.press('Enter');
    await page.keyboard.type('Do you have soup?');
    await page.keyboard.press('Enter');
    const { value: question } = await messages.next();
    expect(question.content).toBe('Do you have soup?');
    await support.send(question.channel_id, 'Tomato, <b>today</b>.');
    const log = page.getByRole('log', { name: 'Ask us' });
    await log.getByText('Tomato, <b>today</b>.').waitFor();
    expect(await transport()).toBe('websocket');
    expect(await log.locator('p:not(.greeting)').allTextContents()).toEqual([
      'You: Do you have soup?',
      'support: Tomato, <b>today</b>.',
    ]);

    for (const scheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme: scheme });
      const { violations: found } = await new AxeBuilder({ page }).include('rookery-chat').analyze();
      expect(found.map(({ id, nodes }) => `${id} ${nodes.map((node) => node.html)}`)).toEqual([]);
    }

    await page.keyboard.press('Escape');
    expect(await page.getByRole('dialog').isHidden()).toBe(true);
    await support.send(question.channel_id, 'Are you still there?');
    await page.getByRole('button', { name: '1 new message' }).waitFor();
    await page.reload();
    await page.getByRole('button', { name: '1 new message' }).click();
    await page.getByRole('log').getByText('Are you still there?').waitFor();
    await page.getByRole('button', { name: 'Chat with us' }).waitFor(); // it is read now
    expect(wrongs).toEqual([]);
  });

  test('what is written without a network is sent when there is one, once', async () => {
    const messages = support.messages();
    relay.cut(true);
    await page.getByRole('status').getByText('No connection').waitFor();
    await page.getByRole('textbox', { name: 'Your message' }).fill('Hello?\nAnybody?');
    await page.keyboard.press('Enter');
    await page.locator('.unsent').waitFor();
    relay.heal();
    const { value } = await messages.next();
    expect(value.content).toBe('Hello?\nAnybody?');
    await page.locator('.unsent').waitFor({ state: 'detached' });
    expect(await page.getByRole('log').getByText('Anybody?').count()).toBe(1);
    const history = await support.rest.messages(value.channel_id);
    expect(history.filter((message) => message.content.startsWith('Hello?'))).toHaveLength(1);
  });

  test('a page may theme it, and it stays on a small screen', async () => {
    await page.setViewportSize({ width: 320, height: 480 });
    await page.evaluate(() => document.documentElement.style.setProperty('--rookery-accent', 'rgb(120, 0, 90)'));
    const box = await page.getByRole('dialog').boundingBox();
    expect(box!.x).toBeGreaterThanOrEqual(0);
    expect(box!.y).toBeGreaterThanOrEqual(0);
    expect(box!.x + box!.width).toBeLessThanOrEqual(320);
    const header = page.getByRole('dialog').locator('header');
    expect(await header.evaluate((element) => getComputedStyle(element).backgroundColor)).toBe('rgb(120, 0, 90)');
  });

  test('where nobody is to talk with it says so, and keeps what was written', async () => {
    const other = await context.newPage();
    await other.goto(origin);
    await other.evaluate(() => {
      const widget = document.querySelector('rookery-chat')!;
      widget.remove();
      widget.setAttribute('to', 'nobody.here');
      document.body.append(widget);
    });
    await other.getByRole('button').last().click();
    const input = other.getByRole('textbox', { name: 'Your message' });
    await input.fill('lost?');
    await other.keyboard.press('Enter');
    await other.getByRole('status').getByText('not available').waitFor();
    expect(await input.inputValue()).toBe('lost?');
    await other.close();
  });
});
