import { describe, onTestFinished } from 'vitest';
import { LinuxHost } from '../../../src/host/linux/linux-host.ts';
import { hostSuite } from '../host-suite.ts';
import { makeNetns, NETNS_UNAVAILABLE } from '../netns.ts';

describe.skipIf(NETNS_UNAVAILABLE)('on the kernel', () => {
  hostSuite('LinuxHost', async () => {
    const { path } = await makeNetns();
    const host = await LinuxHost.open({ netns: path });
    onTestFinished(() => host.close());
    return host;
  });
});
