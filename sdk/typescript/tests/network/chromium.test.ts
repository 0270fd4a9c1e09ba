import { fileURLToPath } from 'node:url';
import { type Browser, chromium, type Page } from '@playwright/test';
import { build } from 'vite';
import { afterAll, beforeAll, describe, test } from 'vitest';
import { Host } from './host.ts';
import { scenarios } from './scenarios.ts';

const host = new Host();
let browser: Browser | undefined;
let page: Page;

/** The scenarios and the SDK as one script. */
async function bundle(): Promise<string> {
  const made = await build({
    configFile: false,
    logLevel: 'warn',
    build: {
      write: false,
      minify: false,
      lib: {
        entry: fileURLToPath(new URL('in-page.ts', import.meta.url)),
        formats: ['es'],
      },
    },
  });
  const [output] = Array.isArray(made) ? made : [made];
  if (!output || !('output' in output)) throw new Error('nothing was built');
  return output.output[0].code;
}

beforeAll(async () => {
  host.script = await bundle();
  const address = await host.start();
  const asRoot = process.getuid?.() === 0;
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: [
      ...(asRoot ? ['--no-sandbox'] : []),
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
  page = await browser.newPage();
  await page.goto(address);
  await page.waitForFunction('window.play !== undefined');
});
afterAll(async () => {
  await browser?.close();
  await host.remove();
});

// The page's origin is another than the server's: all of this is cross-origin, too.
describe('in Chromium', () => {
  for (const promise of Object.keys(scenarios)) {
    test(promise, () => page.evaluate(`window.play(${JSON.stringify(promise)})`));
  }
});
