import { describe, onTestFinished } from 'vitest';
import { LinuxHost } from '../../../src/host/linux/linux-host.ts';
import type { Host } from '../../../src/wiring/host.ts';
import { hostSuite } from '../host-suite.ts';
import { makeNetns, NETNS_UNAVAILABLE } from '../netns.ts';
import { networkSuite } from '../network-suite.ts';

describe.skipIf(NETNS_UNAVAILABLE)('on the kernel', () => {
  hostSuite('LinuxHost: links', open);
  networkSuite('LinuxHost: everything else', open);
});

async function open(): Promise<Host> {
  const { path } = await makeNetns();
  const host = await LinuxHost.open({ netns: path });
  onTestFinished(() => host.close());
  return host;
}
