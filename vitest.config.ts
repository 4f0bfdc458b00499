import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    // measured by `npm test` in its fast lane; what runs in processes of their own and in the kernel does not count
    coverage: {
      provider: 'v8',
      include: ['src/**/*.ts'],
      exclude: ['src/kernel/assembly/**'],
      reporter: ['json-summary'],
    },
    projects: [
      {
        test: {
          name: 'fast',
          include: ['test/unit/**/*.test.ts', 'test/contract/**/*.test.ts', 'infra/test/**/*.test.ts'],
          exclude: ['**/*.integration.test.ts'],
          // files share a process and what it has loaded, as the service's parts do
          isolate: false,
          setupFiles: ['test/support/same-inputs.ts'],
          testTimeout: 60_000,
          // folders are removed on a disk that the other tests keep busy
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'integration',
          include: ['test/**/*.integration.test.ts', 'infra/test/**/*.integration.test.ts', 'test/e2e/**/*.test.ts'],
          globalSetup: ['test/support/global-setup.ts'],
          setupFiles: ['test/support/same-inputs.ts'],
          testTimeout: 240_000,
          hookTimeout: 240_000,
          // what a process does takes as long as a busy machine lets it
          expect: { poll: { timeout: 30_000 } },
        },
      },
      {
        test: {
          name: 'trino',
          include: ['test/trino/**/*.test.ts'],
          testTimeout: 240_000,
        },
      },
      {
        test: {
          name: 'spark',
          include: ['test/spark/**/*.test.ts'],
          testTimeout: 240_000,
        },
      },
      {
        test: {
          name: 'engines',
          include: ['test/engines/**/*.test.ts'],
          testTimeout: 240_000,
        },
      },
      {
        test: {
          name: 'browser',
          include: ['test/browser/**/*.test.ts'],
          testTimeout: 240_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'fuzz',
          include: ['test/unit/**/*.test.ts', 'test/fuzz/**/*.fuzz.ts'],
          // a property takes as long as the lane gives it
          testTimeout: 0,
          hookTimeout: 240_000,
        },
      },
      {
        test: {
          name: 'soak',
          include: ['test/soak/**/*.test.ts'],
          globalSetup: ['test/support/global-setup.ts'],
          hookTimeout: 240_000,
        },
      },
    ],
  },
});
