/**
 * Guests of libvirt, connected by the library: `npm run test:libvirt [-- WAY...]`, see
 * docs/neutron-and-libvirt.md. Without a way it runs those of CI. `all` runs every way and writes
 * the results to that page.
 */
import { parseArgs } from 'node:util';
import { startVitest } from 'vitest/node';
import { writeResults } from './results.mjs';

const USAGE = `Usage: npm run test:libvirt [-- [options] [WAY...]]
Ways: all, or those of the map in test/libvirt/guest/ways.ts, such as linux-bridge, ovs, macvtap-bridge.
  --starts NUMBER  only start and stop a guest on a new bridge of Open vSwitch, so many times`;

const { values, positionals } = parse();
if (values.help) console.log(USAGE);
else process.exitCode = (await run()) ? 0 : 1;

async function run() {
  if (positionals.length > 0) process.env.OS_VIF_LIBVIRT_WAYS = positionals.join(',');
  if (values.starts !== undefined) process.env.OS_VIF_LIBVIRT_STARTS = values.starts;
  const files = values.starts !== undefined ? ['starts.test'] : positionals.length > 0 ? ['ways.test'] : [];
  const isRecorded = positionals.includes('all') && values.starts === undefined;
  const recorder = { onTestRunEnd: (modules) => (isRecorded ? writeResults(modules) : undefined) };
  // Two guests at a time would wait for each other's processor.
  const vitest = await startVitest('test', files, {
    project: 'libvirt',
    watch: false,
    fileParallelism: false,
    reporters: ['default', recorder],
  });
  await vitest.close();
  return vitest.state.getCountOfFailedTests() === 0 && vitest.state.getUnhandledErrors().length === 0;
}

function parse() {
  try {
    const given = parseArgs({
      allowPositionals: true,
      options: { starts: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
    });
    if (given.values.starts !== undefined && !/^[1-9]\d*$/.test(given.values.starts))
      throw new Error(`--starts: expected a number from 1 on, found ${given.values.starts}`);
    return given;
  } catch (error) {
    console.error(`${error.message}\n\n${USAGE}`);
    process.exit(2);
  }
}
