import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  ssr: { resolve: { conditions: ['source'] } },
  test: {
    include: ['tests/**/*.test.ts', 'plugins/**/*.test.ts'],
    globalSetup: ['tests/support/postgres.ts'],
    reporters: ['default', './tests/support/plain-reporter.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // Left alone, vitest keeps one core for itself: on two that is half the machine.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    coverage: {
      provider: 'v8',
      reportOnFailure: true,
      include: ['core/**/*.ts'],
      exclude: ['core/main.ts'],
      reporter: ['text-summary', 'json-summary'],
      thresholds: { lines: 95, branches: 90 },
    },
  },
});
