import { defineConfig } from 'vitest/config';

// The tests in tests/network wait for a real server, on a machine that may be busy; what they wait for is a condition, never a time.
export default defineConfig({ test: { testTimeout: 180_000, hookTimeout: 180_000, include: ['tests/**/*.test.ts'] } });
