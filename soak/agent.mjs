// The agent of examples/compute-agent and its helper with many ports, which others break all the time, while processes end and come back.
// Measures how long each port stays broken. Prints what it saw; exits 1 if a port is not repaired, a port is lost, or memory grows.
//
//   npm run soak:agent -- --minutes 10 [--vifs 500] [--seed 42]
import { parseArgs } from 'node:util';
import { runAgentSoak } from './agent/run.mjs';
import { enterNamespace, startHost } from './namespace.mjs';

const options = readOptions();
await enterNamespace();
const host = await startHost();
const interrupted = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => interrupted.abort());
try {
  process.exitCode = (await runAgentSoak(host, options, interrupted.signal)) ? 0 : 1;
} catch (error) {
  console.error(error);
  process.exitCode = 1;
} finally {
  await host.stop();
}
process.exit();

function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        minutes: { type: 'string', default: '10' },
        vifs: { type: 'string', default: '500' },
        seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
      },
    });
    const numbers = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, Number(value)]));
    const wrong = Object.entries(numbers).find(([, number]) => !(number > 0));
    if (wrong) throw new Error(`--${wrong[0]} is to be a number above 0`);
    return numbers;
  } catch (error) {
    console.error(`${error.message}\nUsage: npm run soak:agent -- [--minutes N] [--vifs N] [--seed S]`);
    process.exit(2);
  }
}
