/** What devlink says of the ports of NICs: messages put together by hand, and the kernel that the test runs on. */

import { describe, expect, test } from 'vitest';
import { Devlink } from '../../../src/host/linux/devlink.ts';
import { loadLibc } from '../../../src/host/linux/libc.ts';
import {
  decodePorts,
  devlinkFamily,
  listFamilies,
  listPorts,
} from '../../../src/host/linux/netlink/devlink-message.ts';
import {
  type Attribute,
  encodeAttributes,
  type Message,
  text,
  u8,
  u16,
  u32,
} from '../../../src/host/linux/netlink/message.ts';
import { openNetworkNamespace } from '../../../src/host/linux/network-namespace.ts';
import { makeNetns, NETNS_UNAVAILABLE } from '../netns.ts';

/** include/uapi/linux/devlink.h. */
const BUS_NAME = 1;
const NETDEV_NAME = 7;
const FLAVOUR = 77;
const NUMBER = 78;
const PF = 127;
const VF = 128;
const EXTERNAL = 149;
const CONTROLLER = 150;
const SF = 164;

function message(...attributes: Attribute[]): Message {
  // struct genlmsghdr: command, version, reserved.
  const payload = Buffer.concat([Buffer.from([7, 1, 0, 0]), encodeAttributes(attributes)]);
  return { type: 20, flags: 2, seq: 1, payload };
}

const named = (name: string, flavour: number): Attribute[] => [
  [BUS_NAME, text('pci')],
  [NETDEV_NAME, text(name)],
  [FLAVOUR, u16(flavour)],
];

describe('the ports of devlink', () => {
  test('are told apart by flavour, functions and host', () => {
    const ports = decodePorts([
      message(...named('uplink', 0), [NUMBER, u32(0)]),
      message(...named('pf', 3), [CONTROLLER, u32(1)], [PF, u16(0)], [EXTERNAL, u8(1)]),
      message(...named('vf', 4), [CONTROLLER, u32(0)], [PF, u16(1)], [VF, u16(300)], [EXTERNAL, u8(0)]),
      message(...named('sf', 7), [CONTROLLER, u32(0)], [PF, u16(0)], [SF, u32(88)]),
    ]);

    expect([...ports]).toEqual([
      ['uplink', { flavour: 'uplink' }],
      ['pf', { flavour: 'physical-function', physicalFunction: 0, external: true }],
      ['vf', { flavour: 'virtual-function', physicalFunction: 1, virtualFunction: 300 }],
      ['sf', { flavour: 'sub-function', physicalFunction: 0 }],
    ]);
  });

  test.each<[string, Message]>([
    ['without network device', message([FLAVOUR, u16(4)], [PF, u16(0)], [VF, u16(1)])],
    ['of another flavour', message(...named('cpu', 1))],
    ['without flavour', message([NETDEV_NAME, text('x')])],
    ['cut off', { type: 20, flags: 0, seq: 1, payload: Buffer.from([7, 1]) }],
  ])('%s are left out', (_, port) => {
    expect(decodePorts([port]).size).toBe(0);
  });

  test('are asked for with the number that the kernel gave the family', () => {
    const family = (name: string, id: number) => message([1, u16(id)], [2, text(name)]);

    expect(devlinkFamily([family('nlctrl', 16), family('devlink', 23)])).toBe(23);
    expect(devlinkFamily([family('nlctrl', 16)])).toBeUndefined();
    expect(listFamilies()).toMatchObject({ type: 16, body: Buffer.from([3, 1, 0, 0]) });
    expect(listPorts(23)).toMatchObject({ type: 23, body: Buffer.from([5, 1, 0, 0]) });
  });
});

describe.skipIf(NETNS_UNAVAILABLE)('on this kernel', () => {
  test('a namespace without NICs has none, and calls at the same time share one list', async () => {
    const { path } = await makeNetns();
    const libc = await loadLibc();
    const namespace = openNetworkNamespace(libc, path);
    const devlink = new Devlink(libc, namespace);

    const [first, second] = await Promise.all([devlink.ports(), devlink.ports()]);

    expect(first.size).toBe(0);
    expect(second).toBe(first);
    await devlink.close();
    await expect(devlink.ports()).rejects.toMatchObject({ code: 'ERR_OSVIF_CLOSED' });
    namespace.close();
  });
});
