/** Names of the ports of the switch in a NIC, as the kernel and older drivers write them. */

import { expect, test } from 'vitest';
import { roleOf } from '../../src/host-contract/pci.ts';

test.each([
  ['p0', { flavour: 'uplink' }],
  ['p1s3', { flavour: 'uplink' }],
  ['pf1', { flavour: 'physical-function', physicalFunction: 1 }],
  ['c1pf0', { flavour: 'physical-function', physicalFunction: 0, external: true }],
  ['pf0vf1', { flavour: 'virtual-function', physicalFunction: 0, virtualFunction: 1 }],
  ['PF3VF12', { flavour: 'virtual-function', physicalFunction: 3, virtualFunction: 12 }],
  ['c1pf0vf2', { flavour: 'virtual-function', physicalFunction: 0, virtualFunction: 2, external: true }],
  ['pf0sf3', { flavour: 'sub-function', physicalFunction: 0 }],
  ['c2pf1sf0', { flavour: 'sub-function', physicalFunction: 1, external: true }],
  ['2', { flavour: 'virtual-function', virtualFunction: 2 }],
  ['VF18', { flavour: 'virtual-function', virtualFunction: 18 }],
  ['vf2@pf1', { flavour: 'virtual-function', physicalFunction: 1, virtualFunction: 2 }],
])('%s', (name, role) => {
  expect(roleOf(name)).toEqual(role);
});

test.each(['', 'eth0', 'pf0vf', 'xpf0vf1', 'pf0vf1x', 'p', 'pf0vf1sf2'])('%j says nothing', (name) => {
  expect(roleOf(name)).toBeUndefined();
});
