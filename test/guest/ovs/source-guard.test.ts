/** Source guards on the datapath of the kernel: which frames of a guest arrive at another port. */

import { expect, test } from 'vitest';
import type { VIFBase } from '../../../src/objects/vif.ts';
import { OsVif } from '../../../src/os-vif.ts';
import type { OvsPluginOptions } from '../../../src/plugins/ovs/ovs-options.ts';
import { OvsPlugin } from '../../../src/plugins/ovs/ovs-plugin.ts';
import { attachTap, type Wire } from '../../host/frames.ts';
import { hybridVif, network, profile, SHORT_ID, TAP, tapVif } from '../../plugins/ovs/ovs-vifs.ts';
import { instance } from '../../plugins/vifs.ts';
import {
  ALLOWED,
  GUEST,
  KEPT_BY_BRIDGES,
  LEGITIMATE,
  MARKED,
  OF_ANOTHER_DEVICE,
  SPOOFED,
} from '../../source-guard/frames.ts';
import { subnetsOf } from '../../source-guard/guarded-devices.ts';
import { trial } from '../../source-guard/trial.ts';
import { type KernelOvs, kernelTap, openKernelOvs, tapName } from './kernel-ovs.ts';

const ALL = [...MARKED.keys()];

test('a native VIF: the guard on its TAP lets only frames of the guest into the switch', async () => {
  const { ovs, receivers } = await given();
  const vif = tapVif(undefined, {
    ...guestNetwork(),
    portProfile: profile({ datapathType: 'system', createPort: true, createTap: true }),
  });
  const plug = plugger(ovs, vif);

  await plug({ sourceGuard: 'off' });
  const guest = await attachTap(ovs.netns, TAP);
  expect(await untilForwarded(guest, receivers)).toEqual({ 'another port': ALL });

  await plug({ sourceGuard: 'mac-and-ip' });
  expect(await trial({ guest, receivers })).toEqual({ 'another port': Object.keys(LEGITIMATE) });
  expect((await ovs.host.guards.get(TAP))?.drops).toBe(Object.keys(SPOOFED).length);

  await plug({ sourceGuard: 'mac' });
  expect(await trial({ guest, receivers })).toEqual({
    'another port': ALL.filter((name) => !OF_ANOTHER_DEVICE.includes(name)),
  });
});

test('a hybrid VIF: the guard behind its Linux bridge lets only frames of the guest into the switch', async () => {
  const { ovs, receivers } = await given();
  const forwarded = (names: readonly string[]) => names.filter((name) => !KEPT_BY_BRIDGES.includes(name));
  const plug = plugger(ovs, hybridVif({ ...guestNetwork(), portProfile: profile({ datapathType: 'system' }) }));

  await plug({ sourceGuard: 'off' });
  // The guard also counts frames that the host itself sends from this end, such as those of IPv6.
  await ovs.host.sysctl.set(`net/ipv6/conf/qvb${SHORT_ID}/disable_ipv6`, '1');
  await ovs.host.links.create({
    ...{ kind: 'tap', name: 'vnet0', up: true },
    master: (await ovs.host.links.get(`qbr${SHORT_ID}`))?.index ?? 0,
  });
  const guest = await attachTap(ovs.netns, 'vnet0');
  expect(await untilForwarded(guest, receivers)).toEqual({ 'another port': forwarded(ALL) });

  await plug({ sourceGuard: 'mac-and-ip' });
  expect(await trial({ guest, receivers })).toEqual({ 'another port': Object.keys(LEGITIMATE) });
  const { drops } = (await ovs.host.guards.get(`qvb${SHORT_ID}`)) ?? {};
  expect(drops).toBeGreaterThanOrEqual(forwarded(Object.keys(SPOOFED)).length);
});

/** A switch that forwards every frame to all ports, and another port. */
async function given(): Promise<{ ovs: KernelOvs; receivers: Record<string, Wire> }> {
  const ovs = await openKernelOvs();
  await ovs.osVif.plug(kernelTap(1), instance());
  const bridge = 'set bridge br-int other_config:forward-bpdu=true flood_vlans=0,5'.split(' ');
  ovs.server.vsctl(...bridge);
  return { ovs, receivers: { 'another port': await attachTap(ovs.netns, tapName(1)) } };
}

function plugger({ host }: KernelOvs, vif: VIFBase): (options: OvsPluginOptions) => Promise<void> {
  return async (options) => {
    const plugin = new OvsPlugin({ ...options, allowedAddresses: () => ALLOWED });
    await using osVif = await OsVif.open({ host, plugins: [plugin] });
    await osVif.plug(vif, instance());
    expect(await osVif.check(vif, instance())).toEqual([]);
  };
}

function guestNetwork() {
  return { address: GUEST.mac, network: network({ mtu: 1500, subnets: subnetsOf(GUEST.ip4, GUEST.ip6) }) };
}

/** The kernel may take a second until it forwards frames of a device that was just set up. */
async function untilForwarded(guest: Wire, receivers: Record<string, Wire>): Promise<Record<string, string[]>> {
  let got = await trial({ guest, receivers });
  for (let i = 0; i < 10 && Object.values(got).every((names) => names.length < ALL.length / 2); i++)
    got = await trial({ guest, receivers });
  return got;
}
