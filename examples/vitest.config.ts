import { defineConfig } from 'vitest/config';

// Every example runs as its reader runs it, against a real server; on a busy machine that takes its time.
export default defineConfig({ test: { testTimeout: 180_000, hookTimeout: 180_000, globalSetup: 'tests/setup.ts' } });
