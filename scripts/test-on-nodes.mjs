// Runs the unit tests, those that need no privileges and no peer, on other versions of Node.js: `npm run test:nodes [version ...]`.
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
  'testing',
];
const root = fileURLToPath(new URL('..', import.meta.url));
const vitest = fileURLToPath(new URL('../node_modules/vitest/vitest.mjs', import.meta.url));

for (const version of VERSIONS) {
  console.log(`\nNode.js ${version}`);
  const { status } = spawnSync(
    'npx',
    [
      '--yes',
      '--prefer-offline',
      '--package',
      `node@${version}`,
      '--',
      'node',
      vitest,
      'run',
      ...UNIT_TESTS.map((folder) => `test/${folder}/`),
    ],
    { cwd: root, stdio: 'inherit' },
  );
  if (status !== 0) process.exitCode = 1;
}
