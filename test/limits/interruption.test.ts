/**
 * The output of the command after signals, at many moments. `test/cli/interruption.test.ts` has a
 * few.
 */

import { describe, expect, test } from 'vitest';
import { commandUnderTest } from '../cli/command.ts';
import { interruptedRuns } from '../cli/interrupted-runs.ts';
import { makeNetns, NETNS_UNAVAILABLE } from '../host/netns.ts';

const osVif = commandUnderTest();

describe.skipIf(NETNS_UNAVAILABLE)('on the kernel', () => {
  test('the output after signals at 160 random moments agrees with the host', { timeout: 600_000 }, async () => {
    const seen = await interruptedRuns(osVif, await makeNetns(), { runs: 160, vifs: 300, seed: 2 });
    expect([...seen.keys()]).toEqual(expect.arrayContaining(['not started', 'plugged', 'unplugged', 'removed']));
  });
});
