/** Source guards on the guest's kernel: directly, and by way of a helper. */

import { onTestFinished } from 'vitest';
import { LinuxHost } from '../../../src/host/linux/linux-host.ts';
import type { Host } from '../../../src/host-contract/host.ts';
import { earlyGuardSuite, guardSuite } from '../../host/guard-suite.ts';
import { BINDS_BY_NAME, HAS_EGRESS } from '../../host/kernel-version.ts';
import { makeNetns } from '../../host/netns.ts';
import { EVERYTHING, remoteOf } from '../../host/remote/helper-host.ts';
import '../../host/linux/linux-guards.test.ts';

guardSuite('LinuxHost: source guards', open, { egress: HAS_EGRESS });
earlyGuardSuite('LinuxHost', open, BINDS_BY_NAME);
guardSuite('RemoteHost: source guards', openRemote, { egress: HAS_EGRESS });

async function open(): Promise<Host> {
  const { path } = await makeNetns();
  const host = await LinuxHost.open({ netns: path });
  onTestFinished(() => host.close());
  return host;
}

async function openRemote(): Promise<Host> {
  return remoteOf(await open(), { policy: EVERYTHING });
}
