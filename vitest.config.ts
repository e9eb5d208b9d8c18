// Two projects: `unit` are pure and start nothing, `int` share a Postgres that the global setup starts.
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  // The file that Node itself resolves: Vite would take graphql's build for development, the libraries beside the
  // tests another one, and errors of the one are not errors to the other.
  resolve: {
    alias: [{ find: /^graphql$/, replacement: fileURLToPath(import.meta.resolve('graphql')) }],
  },
  test: {
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    projects: [
      {
        extends: true,
        // Pure files leave nothing behind, so they share the modules that are loaded once: half of the time.
        test: { name: 'unit', include: ['{test,packages}/**/*.unit.test.ts'], isolate: false },
      },
      {
        extends: true,
        test: {
          name: 'int',
          include: ['{test,packages}/**/*.int.test.ts'],
          globalSetup: ['test/support/global-setup.ts'],
        },
      },
    ],
  },
});
