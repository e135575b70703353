/** The shared suites of hosts on the guest's kernel: where they pass, the in-memory host behaves as this kernel does. */
import { onTestFinished } from 'vitest';
import { LinuxHost } from '../../../src/host/linux/linux-host.ts';
import { MemoryHost } from '../../../src/host/memory/memory-host.ts';
import type { Host } from '../../../src/host-contract/host.ts';
import { changesSuite } from '../../host/changes-suite.ts';
import { hostSuite } from '../../host/host-suite.ts';
import { makeNetns } from '../../host/netns.ts';
import { networkSuite } from '../../host/network-suite.ts';
import { stackedSuite } from '../../host/stacked-suite.ts';

hostSuite('LinuxHost: links', open);
networkSuite('LinuxHost: everything else', open);
hostSuite('MemoryHost: links', async () => new MemoryHost());
networkSuite('MemoryHost: everything else', async () => new MemoryHost());
changesSuite('LinuxHost: changes', open);
stackedSuite('LinuxHost: devices on devices', open);
stackedSuite('MemoryHost: devices on devices', async () => new MemoryHost());

async function open(): Promise<Host> {
  const { path } = await makeNetns();
  const host = await LinuxHost.open({ netns: path });
  onTestFinished(() => host.close());
  return host;
}
