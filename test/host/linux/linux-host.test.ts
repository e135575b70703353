import { describe, expect, onTestFinished, test } from 'vitest';
import { loadLibc } from '../../../src/host/linux/libc.ts';
import { LinuxHost } from '../../../src/host/linux/linux-host.ts';
import { openNetworkNamespace } from '../../../src/host/linux/network-namespace.ts';
import { createTap } from '../../../src/host/linux/tun-device.ts';
import type { Host } from '../../../src/host-contract/host.ts';
import { OsVif } from '../../../src/os-vif.ts';
import { instance, tapVif } from '../../plugins/vifs.ts';
import { changesSuite } from '../changes-suite.ts';
import { earlyGuardSuite, guardSuite } from '../guard-suite.ts';
import { hostSuite } from '../host-suite.ts';
import { BINDS_BY_NAME, HAS_EGRESS } from '../kernel-version.ts';
import { makeNetns, NETNS_UNAVAILABLE } from '../netns.ts';
import { networkSuite } from '../network-suite.ts';
import { stackedSuite } from '../stacked-suite.ts';

describe.skipIf(NETNS_UNAVAILABLE)('on the kernel', () => {
  hostSuite('LinuxHost: links', open);
  networkSuite('LinuxHost: everything else', open);
  guardSuite('LinuxHost: source guards', open, { egress: HAS_EGRESS });
  earlyGuardSuite('LinuxHost', open, BINDS_BY_NAME);
  changesSuite('LinuxHost: changes', open);
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

  test('a TAP that another program deletes before it is persistent is an error with a name', async () => {
    const { path } = await makeNetns();
    const libc = await loadLibc();
    const namespace = openNetworkNamespace(libc, path);
    onTestFinished(() => namespace.close());
    await using host = await LinuxHost.open({ netns: path });
    const creation = createTap(libc, namespace, { kind: 'tap', name: 'tap0' }, async () => {
      const { index = 0 } = (await host.links.get('tap0')) ?? {};
      await host.links.delete(index);
    });
    await expect(creation).rejects.toMatchObject({
      errno: 'EBADFD',
      message: 'making persistent of tap tap0: file descriptor in bad state (EBADFD)',
    });
  });

  test('two hosts that plug and unplug one TAP at the same time never fail', { timeout: 60_000 }, async () => {
    const { path } = await makeNetns();
    const work = async (): Promise<void> => {
      await using osVif = await OsVif.open({ netns: path });
      for (let i = 0; i < 100; i++) {
        await osVif.plug(tapVif(), instance());
        await osVif.unplug(tapVif(), instance());
      }
    };
    await Promise.all([work(), work()]);
  });
});

async function open(): Promise<Host> {
  const { path } = await makeNetns();
  const host = await LinuxHost.open({ netns: path });
  onTestFinished(() => host.close());
  return host;
}
