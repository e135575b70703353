import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { configDefaults, defineConfig } from 'vitest/config';

const entry = (name: string) => fileURLToPath(new URL(`src/entries/${name}.ts`, import.meta.url));

export default defineConfig({
  resolve: {
    alias: [
      { find: /^os-vif$/, replacement: entry('index') },
      { find: /^os-vif\/(\w+)$/, replacement: entry('$1') },
    ],
  },
  test: {
    include: ['test/**/*.test.ts'],
    // These run in a guest: npm run test:guest.
    exclude: [...configDefaults.exclude, 'test/guest/**', 'test/guest-harness/**'],
    // Properties that are tried 100,000 times take their time.
    testTimeout: process.env.FAST_CHECK_RUNS ? 3_600_000 : 30_000,
    // Much of what the tests wait for is other processes: a worker for each processor, not one less.
    maxWorkers: availableParallelism(),
    // test/limits measures time. In a small young generation, large input alone pays for copies by the garbage collector.
    execArgv: ['--min-semi-space-size=128', '--max-semi-space-size=128'],
    reporters: process.env.CI ? ['default', ['json', { outputFile: 'test-results.json' }]] : ['default'],
  },
});
