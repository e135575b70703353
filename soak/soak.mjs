// Random plugging, unplugging, checking and collecting from several processes, with kills, restarts and meddlers, held against a model;
// or with --cycles, many plugs and unplugs in one process, to see whether it stays level. Prints what it saw; exits 1 on a difference.
//
//   npm run soak -- --minutes 10 [--seed 42] [--workers 3]
//   npm run soak -- --minutes 1 --sabotage   (every 3rd unplug does nothing; exits 1 when that is not noticed)
//   npm run soak -- --cycles 10000
import { parseArgs } from 'node:util';
import { runCycles } from './cycles.mjs';
import { enterNamespace, startHost } from './namespace.mjs';
import { runSoak } from './run.mjs';

const USAGE = 'Usage: npm run soak -- [--minutes N] [--seed S] [--workers N] [--sabotage] | --cycles N';

const options = readOptions();
await enterNamespace();
const host = await startHost();
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => void host.stop().then(() => process.exit(1)));
try {
  const passed = options.cycles ? await runCycles(host, options) : await runSoak(host, options);
  process.exitCode = passed ? 0 : 1;
} finally {
  await host.stop();
}
process.exit();

function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        minutes: { type: 'string', default: '10' },
        cycles: { type: 'string' },
        seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
        workers: { type: 'string', default: '3' },
        sabotage: { type: 'boolean', default: false },
      },
    });
    const numbers = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, Number(value)]));
    const wrong = Object.entries(numbers).find(([, number]) => !(number >= 0));
    if (wrong) throw new Error(`--${wrong[0]} is to be a number`);
    return numbers;
  } catch (error) {
    console.error(`${error.message}\n${USAGE}`);
    process.exit(2);
  }
}
