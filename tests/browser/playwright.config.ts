import { defineConfig } from '@playwright/test';

const asRoot = process.getuid?.() === 0;

export default defineConfig({
  testDir: '.',
  outputDir: 'output',
  timeout: 300_000,
  expect: { timeout: 15_000 },
  workers: 1,
  retries: 1, // a second try on an installation of its own; the report names it flaky, and flaky is a defect to find
  snapshotPathTemplate: '{testDir}/pictures/{arg}{ext}',
  reporter: 'line',
  use: {
    screenshot: 'only-on-failure',
    trace: 'retain-on-failure',
    launchOptions: {
      executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
      args: [
        ...(asRoot ? ['--no-sandbox'] : []), // Chromium refuses to run as root with its sandbox
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
        '--disable-quic',
        '--no-first-run',
      ],
    },
  },
});
