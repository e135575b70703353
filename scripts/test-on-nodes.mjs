// Runs the unit tests on other versions of Node.js: `npm run test:nodes [version ...]`.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const VERSIONS = process.argv.length > 2 ? process.argv.slice(2) : ['24', '26'];
const root = fileURLToPath(new URL('..', import.meta.url));
const vitest = fileURLToPath(new URL('../node_modules/vitest/vitest.mjs', import.meta.url));

for (const version of VERSIONS) {
  console.log(`\nNode.js ${version}`);
  const node = ['--yes', '--prefer-offline', '--package', `node@${version}`, '--', 'node'];
  // The numbers that CI keeps are those of the whole suite.
  const { status } = spawnSync('npx', [...node, vitest, 'run', '--reporter=default', '--project', 'unit*'], {
    cwd: root,
    stdio: 'inherit',
  });
  if (status !== 0) process.exitCode = 1;
}
