/** What every plugin has to do, done by this one in several of its ways. */

import { describe } from 'vitest';
import { MemoryHost } from '../../../src/host/memory/memory-host.ts';
import type { Host } from '../../../src/host-contract/host.ts';
import { OvsPlugin } from '../../../src/plugins/ovs/ovs-plugin.ts';
import { describeVIFPlugin } from '../../../src/testing/describe-vif-plugin.ts';
import { instance } from '../vifs.ts';
import { OVS_UNAVAILABLE, openOvsHost } from './ovs-host.ts';
import { hybridVif, nativeVif, tapVif, vhostUserVif } from './ovs-vifs.ts';

describe('in memory', () => {
  const host = async () => new MemoryHost();
  everyWay(host);
  // An Open vSwitch without DPDK cannot open the port, and check reports the error.
  describe('vhost-user', () =>
    describeVIFPlugin(new OvsPlugin(), { vif: () => vhostUserVif(), instance: instance(), host }));
});
describe.skipIf(OVS_UNAVAILABLE)('on the kernel', () => everyWay(async () => (await openOvsHost()).host));

function everyWay(host: () => Promise<Host>): void {
  describe('native', () => describeVIFPlugin(new OvsPlugin(), { vif: () => nativeVif(), instance: instance(), host }));
  describe('with a TAP', () => describeVIFPlugin(new OvsPlugin(), { vif: () => tapVif(), instance: instance(), host }));
  describe('hybrid', () => describeVIFPlugin(new OvsPlugin(), { vif: () => hybridVif(), instance: instance(), host }));
  describe('isolated', () =>
    describeVIFPlugin(new OvsPlugin({ isolateVif: true }), { vif: () => tapVif(), instance: instance(), host }));
  describe('on a bridge per port', () =>
    describeVIFPlugin(new OvsPlugin({ perPortBridge: true }), { vif: () => tapVif(), instance: instance(), host }));
}
