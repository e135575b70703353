import { describe, expect, onTestFinished, test } from 'vitest';
import { LinuxHost } from '../../../src/host/linux/linux-host.ts';
import type { Host } from '../../../src/host-contract/host.ts';
import { hostSuite } from '../host-suite.ts';
import { makeNetns, NETNS_UNAVAILABLE } from '../netns.ts';
import { networkSuite } from '../network-suite.ts';
import { stackedSuite } from '../stacked-suite.ts';

describe.skipIf(NETNS_UNAVAILABLE)('on the kernel', () => {
  hostSuite('LinuxHost: links', open);
  networkSuite('LinuxHost: everything else', open);
  stackedSuite('LinuxHost: devices on devices', open);

  test('hundreds of devices that are asked for at once are all made', { timeout: 60_000 }, async () => {
    const { links } = await open();
    const names = Array.from({ length: 400 }, (_, n) => `tap${n}`);
    const indexes = await Promise.all(names.map((name) => links.create({ kind: 'tap', name })));
    expect(new Set(indexes).size).toBe(names.length);
    const again = await Promise.allSettled(names.map((name) => links.create({ kind: 'tap', name })));
    const reasons = again.map((each) => (each.status === 'rejected' ? each.reason.errno : each.status));
    expect(new Set(reasons)).toEqual(new Set(['EBUSY']));
    await links.deleteAll(indexes);
  });
});

async function open(): Promise<Host> {
  const { path } = await makeNetns();
  const host = await LinuxHost.open({ netns: path });
  onTestFinished(() => host.close());
  return host;
}
