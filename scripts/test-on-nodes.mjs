// Runs the unit tests on other versions of Node.js: `npm run test:nodes [version ...]`.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const VERSIONS = process.argv.length > 2 ? process.argv.slice(2) : ['24', '26'];
const UNIT_TESTS = [
  'errors',
  'versioned',
  'objects',
  'neutron',
  'libvirt',
  'picture',
  'schemas',
  'host/memory',
  'wiring',
];
/** These need the kernel or a hypervisor, and time. */
const OTHERS = ['libvirt/qemu', 'libvirt/accepted', 'wiring/killed', 'wiring/collect-chains'];
const root = fileURLToPath(new URL('..', import.meta.url));
const vitest = fileURLToPath(new URL('../node_modules/vitest/vitest.mjs', import.meta.url));

for (const version of VERSIONS) {
  console.log(`\nNode.js ${version}`);
  const node = ['--yes', '--prefer-offline', '--package', `node@${version}`, '--', 'node'];
  const tests = [
    ...UNIT_TESTS.map((folder) => `test/${folder}/`),
    ...OTHERS.flatMap((name) => ['--exclude', `test/${name}.test.ts`]),
  ];
  // The numbers that CI keeps are those of the whole suite.
  const { status } = spawnSync('npx', [...node, vitest, 'run', '--reporter=default', ...tests], {
    cwd: root,
    stdio: 'inherit',
  });
  if (status !== 0) process.exitCode = 1;
}
