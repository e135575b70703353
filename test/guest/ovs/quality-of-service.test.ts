/** The queueing of ports on the datapath of the kernel: which qdisc the device has, and what gets through. */

import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { QosType } from '../../../src/plugins/ovs/ovs-options.ts';
import type { Guest } from '../../plugins/ovs/guest.ts';
import { instance } from '../../plugins/vifs.ts';
import { untilSeen } from '../until-seen.ts';
import { type KernelOvs, kernelTap, openKernelOvs, tapName } from './kernel-ovs.ts';

const TYPES: QosType[] = ['linux-htb', 'linux-hfsc', 'linux-sfq', 'linux-codel'];

test.each(TYPES)('%s puts its qdisc on the device, and the unplug leaves no row behind', async (type) => {
  const ovs = await openKernelOvs({}, { defaultQosType: type });
  await ovs.osVif.plug(kernelTap(1), instance());
  await untilQdisc(ovs, 1, type.slice('linux-'.length));
  expect(await ovs.osVif.check(kernelTap(1), instance())).toEqual([]);
  await ovs.osVif.unplug(kernelTap(1), instance());
  expect(ovs.server.vsctl('--bare', '--columns=type', 'list', 'qos')).toBe('');
});

test('bug-D18: the row of QoS goes with its port when defaultQosType changed since the plug', async () => {
  const ovs = await openKernelOvs();
  await ovs.plugTap(1, { defaultQosType: 'linux-htb' });
  await ovs.osVif.unplug(kernelTap(1), instance());
  expect(ovs.server.vsctl('--bare', '--columns=type', 'list', 'qos')).toBe('');
});

test('linux-noop leaves the qdisc of the device alone', async () => {
  const ovs = await openKernelOvs();
  await ovs.plugTap(1, { defaultQosType: 'linux-noop' });
  await ovs.plugTap(2, { defaultQosType: 'linux-htb' });
  await untilQdisc(ovs, 2, 'htb');
  expect(qdiscOf(ovs, 1)).not.toMatch(/htb|hfsc|sfq /);
});

test('a guest gets the rate that max-rate of linux-htb says, and one with linux-noop gets more', async () => {
  const ovs = await openKernelOvs();
  const sender = await ovs.plugTap(1);
  const limited = await ovs.plugTap(2, { defaultQosType: 'linux-htb' });
  const free = await ovs.plugTap(3);
  const row = ovs.server.vsctl('get', 'port', tapName(2), 'qos');
  ovs.server.vsctl('set', 'qos', row, 'other_config:max-rate=1000000');
  await untilQdisc(ovs, 2, 'htb');
  await untilSeen('ceil 1Mbit', () => classesOf(ovs, 2));
  const { rates, offered } = await measure(sender, { limited, free });
  expect(offered).toBeGreaterThan(2e6);
  expect(rates.limited).toBeGreaterThan(0.6e6);
  expect(rates.limited).toBeLessThan(1.4e6);
  expect(rates.free).toBeGreaterThan(2 * (rates.limited ?? 0));
});

test('kvm-K8: without max-rate, linux-htb caps a guest at the speed that the kernel says of a TAP', async () => {
  const ovs = await openKernelOvs();
  await ovs.plugTap(1, { defaultQosType: 'linux-htb' });
  await untilQdisc(ovs, 1, 'htb');
  // Mbit/s.
  const speed = Number(ovs.netns.run('cat', `/sys/class/net/${tapName(1)}/speed`));
  const ceiling = speed >= 1000 ? `ceil ${speed / 1000}Gbit` : `ceil ${speed}Mbit`;
  await untilSeen(ceiling, () => classesOf(ovs, 1));
});

/** ovs-vswitchd sets the queueing after it has opened the port. */
async function untilQdisc(ovs: KernelOvs, n: number, qdisc: string): Promise<void> {
  await untilSeen(`qdisc ${qdisc} `, () => qdiscOf(ovs, n));
}

function qdiscOf({ netns }: KernelOvs, n: number): string {
  return netns.run('tc', 'qdisc', 'show', 'dev', tapName(n));
}

function classesOf({ netns }: KernelOvs, n: number): string {
  return netns.run('tc', 'class', 'show', 'dev', tapName(n));
}

/** Bits in a second that each guest gets of what one sends for some seconds, as fast as it can. */
async function measure(
  sender: Guest,
  receivers: Readonly<Record<string, Guest>>,
): Promise<{ rates: Record<string, number>; offered: number }> {
  const text = 'x'.repeat(1300);
  const counts = new Map<string, number>();
  let sent = 0;
  const start = performance.now();
  // Long enough that the bucket of htb, which is full at the start, does not count.
  while (performance.now() - start < 6000) {
    for (let burst = 0; burst < 10; burst++) sender.send(text);
    sent += 10;
    for (const [name, guest] of Object.entries(receivers))
      counts.set(name, (counts.get(name) ?? 0) + guest.received().length);
    await sleep(0);
  }
  const seconds = (performance.now() - start) / 1000;
  const bits = (frames: number) => (frames * (text.length + 14) * 8) / seconds;
  return {
    rates: Object.fromEntries([...counts].map(([name, frames]) => [name, bits(frames)])),
    offered: bits(sent),
  };
}
