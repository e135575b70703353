// What importing costs a fresh process, beyond an empty one: median of runs in turn.
import { spawnSync } from 'node:child_process';

const RUNS = 21;
const root = new URL('..', import.meta.url);
const programs = {
  'node -e 1': ['-e', '1'],
  "import 'os-vif'": ['--input-type=module', '-e', "import 'os-vif'"],
};

function milliseconds(args) {
  const start = performance.now();
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' });
  if (status !== 0) throw new Error(`node ${args.join(' ')} ended with ${status}`);
  return performance.now() - start;
}

const median = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];

const rounds = Array.from({ length: RUNS }, () => Object.values(programs).map(milliseconds));
const [empty, model] = Object.keys(programs).map((_, i) => median(rounds.map((round) => round[i])));
const extra = median(rounds.map(([base, imported]) => imported - base));
console.log(`\nImporting the model, median of ${RUNS} fresh processes\n`);
console.table([
  { name: 'node -e 1', time: `${empty.toFixed(0)} ms`, more: '', goal: '', holds: '' },
  {
    name: "import 'os-vif'",
    time: `${model.toFixed(0)} ms`,
    more: `${extra.toFixed(0)} ms`,
    goal: '<= 80 ms',
    holds: extra <= 80,
  },
]);
