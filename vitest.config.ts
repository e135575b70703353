import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { testFiles } from './scripts/test-files.ts';

const entry = (name: string) => fileURLToPath(new URL(`src/entries/${name}.ts`, import.meta.url));
const { unit, unitDeclaring, system, systemDeclaring } = testFiles();
// These tests use the kernel and other processes. Another program may disturb one run, not two.
const RETRY_OF_SYSTEM = 1;
const limits = 'test/limits/**/*.test.ts';
const toolchains = 'test/toolchains/**/*.test.ts';
const published = 'test/package/**/*.test.ts';

export default defineConfig({
  resolve: {
    alias: [
      { find: /^os-vif$/, replacement: entry('index') },
      { find: /^os-vif\/([\w-]+)$/, replacement: entry('$1') },
    ],
  },
  test: {
    projects: [
      // These tests share the modules of their worker. To import the modules for each file takes as long as the tests.
      { extends: true, test: { name: 'unit', include: unit, isolate: false } },
      { extends: true, test: { name: 'unit-declaring', include: unitDeclaring } },
      {
        extends: true,
        test: {
          name: 'system',
          include: system,
          isolate: false,
          globalSetup: 'test/bundle-package.ts',
          retry: RETRY_OF_SYSTEM,
        },
      },
      // These tests share a broker: RabbitMQ takes seconds to start.
      {
        extends: true,
        test: {
          name: 'system-broker',
          include: ['test/oslo-messaging/broker/**/*.test.ts'],
          globalSetup: 'test/oslo-messaging/broker/global-setup.ts',
          isolate: false,
          retry: RETRY_OF_SYSTEM,
        },
      },
      { extends: true, test: { name: 'system-declaring', include: systemDeclaring, retry: RETRY_OF_SYSTEM } },
      // These tests measure time: npm run test:limits. Another program may disturb one measurement, not three.
      { extends: true, test: { name: 'limits', include: [limits], globalSetup: 'test/bundle-package.ts', retry: 2 } },
      // These tests build what is published, the package and the API reference: npm run test:package.
      { extends: true, test: { name: 'package', include: [published] } },
      // These tests start guests of libvirt: npm run test:libvirt.
      {
        extends: true,
        test: {
          name: 'libvirt',
          include: ['test/libvirt/guest/**/*.test.ts'],
          globalSetup: 'scripts/libvirt/kernel.mjs',
        },
      },
      // These tests count lost pings: npm run pings.
      { extends: true, test: { name: 'disturbance', include: ['test/disturbance/**/*.test.ts'] } },
      // These tests install other toolchains: npm run test:toolchains.
      { extends: true, test: { name: 'toolchains', include: [toolchains] } },
    ],
    // With FAST_CHECK_RUNS, property tests run 100,000 times.
    testTimeout: process.env.FAST_CHECK_RUNS ? 3_600_000 : 30_000,
    hookTimeout: 30_000,
    // Most tests wait for other processes for a part of their time, so two processors get three workers.
    maxWorkers: Math.ceil(1.5 * availableParallelism()),
    reporters: process.env.CI ? ['default', ['json', { outputFile: 'test-results.json' }]] : ['default'],
    coverage: { provider: 'v8', include: ['src/**/*.ts'], reporter: ['text-summary', 'html'] },
  },
});
