import { defineConfig } from '@playwright/test';
import base from './playwright.config.ts';

// What `npm run measure` runs: figures, not checks. Kept out of the suite, whose result must not depend on the machine.
export default defineConfig({
  ...base,
  testMatch: '*.measure.ts',
  timeout: 1_800_000,
  retries: 0,
  use: { ...base.use, screenshot: 'off', trace: 'off' },
});
