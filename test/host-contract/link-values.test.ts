/** What no device can have is refused before the host is asked, in words that say what was wrong and what would do. */
import { describe, expect, test } from 'vitest';
import { LinkValueError } from '../../src/errors/link.ts';
import {
  requireLinkName,
  requireLinkSettings,
  requireMac,
  requireNewLink,
  requireVirtualFunction,
} from '../../src/host-contract/link-values.ts';
import type { LinkSettings, NewLink } from '../../src/host-contract/links.ts';

describe('a name of a device', () => {
  test.each(['a', 'tap1a2b3c4d-5e', 'x'.repeat(15), '...', 'eth0.7', 'büro', 'a-b_c!'])('%j is taken', (name) => {
    expect(() => requireLinkName(name)).not.toThrow();
  });

  test.each([
    ['', 'it is empty'],
    ['x'.repeat(16), 'it has 16 bytes, the kernel takes 15'],
    ['ü'.repeat(8), 'it has 16 bytes, the kernel takes 15'],
    ['.', 'it is a directory to sysfs'],
    ['..', 'it is a directory to sysfs'],
    ['a\0b', 'it contains NUL'],
    ['a\tb', 'it contains white space'],
    ['a\rb', 'it contains white space'],
    ['a b', 'it contains white space'],
    ['à', 'it contains white space'],
    ['a/b', 'it contains "/"'],
    ['a:b', 'it contains ":"'],
    ['tap%d', 'it contains "%"'],
  ])('%j is refused: %s', (name, fault) => {
    const asked = () => requireLinkName(name);
    expect(asked).toThrow(LinkValueError);
    expect(asked).toThrow(`${JSON.stringify(name)} cannot name a network device: ${fault}`);
  });

  test('that is no string is refused', () => {
    const name: string = JSON.parse('7');
    expect(() => requireLinkName(name)).toThrow('7 cannot name a network device: it is not a string');
  });

  test.each(['a\u0008', 'a\u000e'])('%j, beside white space, is taken', (name) => {
    expect(() => requireLinkName(name)).not.toThrow();
  });
});

describe('settings', () => {
  test.each<[LinkSettings]>([
    [{}],
    [{ mtu: 68, group: 0, alias: '' }],
    [{ mtu: 65535, group: 0xffffffff, alias: 'x'.repeat(255) }],
    [{ mac: 'FA:16:3e:00:00:01' }],
    [{ bridge: { stp: false, forwardDelay: 0, ageingTime: 0 } }],
    [{ bridge: { stp: true, forwardDelay: 2 } }],
    [{ bridge: { forwardDelay: 30, ageingTime: 1_000_000 } }],
  ])('%j are taken', (settings) => {
    expect(() => requireLinkSettings('dev0', settings)).not.toThrow();
  });

  test.each<[LinkSettings, string]>([
    [{ mtu: 67 }, 'dev0: MTU 67 is outside 68 to 65535'],
    [{ mtu: 65536 }, 'dev0: MTU 65536 is outside 68 to 65535'],
    [{ mtu: 1500.5 }, 'dev0: MTU 1500.5 is outside 68 to 65535'],
    [{ group: -1 }, 'dev0: interface group -1 is outside 0 to 4294967295'],
    [{ alias: 'ü'.repeat(128) }, 'dev0: an alias of more than 255 bytes: '],
    [{ bridge: { forwardDelay: 31 } }, 'dev0: forward delay 31 is outside 0 to 30'],
    [{ bridge: { stp: true, forwardDelay: 1 } }, 'dev0: forward delay 1 is outside 2 to 30'],
    [{ bridge: { ageingTime: 1_000_001 } }, 'dev0: ageing time 1000001 is outside 0 to 1000000'],
    [{ mac: 'fa:16:3e:00:00' }, 'dev0: "fa:16:3e:00:00" is not a MAC address such as fa:16:3e:12:34:56'],
  ])('%j are refused', (settings, message) => {
    const asked = () => requireLinkSettings('dev0', settings);
    expect(asked).toThrow(LinkValueError);
    expect(asked).toThrow(message);
  });
});

describe('a MAC address', () => {
  test.each([
    ['01:00:5e:00:00:01', 'dev0: the MAC address 01:00:5e:00:00:01 is a multicast address, which no device can have'],
    ['00:00:00:00:00:00', 'dev0: the MAC address is all zeros'],
    ['x02:fe:00:00:00:01', 'is not a MAC address'],
    ['02:fe:00:00:00:01x', 'is not a MAC address'],
    ['02-fe-00-00-00-01', 'is not a MAC address'],
  ])('%s is refused', (mac, message) => {
    expect(() => requireMac('dev0', mac)).toThrow(message);
  });

  test('of zeros and one other octet is taken', () => {
    expect(() => requireMac('dev0', '00:00:00:00:00:10')).not.toThrow();
  });
});

describe('a device to make', () => {
  const mode: 'vepa' = JSON.parse('"private-vepa"');

  test.each<[NewLink, string]>([
    [{ kind: 'bridge', name: 'a/b' }, '"a/b" cannot name'],
    [{ kind: 'tap', name: 'tap0', mtu: 1 }, 'tap0: MTU 1 is outside'],
    [{ kind: 'vlan', name: 'v0', lower: 1, vlan: { id: 0 } }, 'v0: VLAN id 0 is outside 1 to 4094'],
    [{ kind: 'vlan', name: 'v0', lower: 1, vlan: { id: 4095 } }, 'v0: VLAN id 4095 is outside 1 to 4094'],
    [{ kind: 'macvtap', name: 'm0', lower: 1, macvtap: { mode } }, 'm0: macvtap mode "private-vepa" is none of '],
    [{ kind: 'veth', name: 'v0', peer: { name: '' } }, '"" cannot name'],
    [{ kind: 'veth', name: 'v0', peer: { name: 'v1', mtu: 1 } }, 'v1: MTU 1 is outside'],
    [{ kind: 'veth', name: 'v0', peer: { name: 'v0' } }, 'veth v0: its two ends need two names'],
  ])('%j is refused', (link, message) => {
    expect(() => requireNewLink(link)).toThrow(message);
  });

  test.each<[NewLink]>([
    [{ kind: 'vlan', name: 'v0', lower: 1, vlan: { id: 1 } }],
    [{ kind: 'vlan', name: 'v0', lower: 1, vlan: { id: 4094 } }],
    [{ kind: 'macvtap', name: 'm0', lower: 1, macvtap: { mode: 'vepa' } }],
    [{ kind: 'veth', name: 'v0', peer: { name: 'v1' } }],
  ])('%j is taken', (link) => {
    expect(() => requireNewLink(link)).not.toThrow();
  });
});

describe('a virtual function', () => {
  test('takes VLANs from 0, which is none, to 4094', () => {
    for (const vlan of [0, 4094]) expect(() => requireVirtualFunction('vf', { vlan })).not.toThrow();
    expect(() => requireVirtualFunction('vf', { vlan: 4095 })).toThrow('vf: VLAN id 4095 is outside 0 to 4094');
    expect(() => requireVirtualFunction('vf', { vlan: -1 })).toThrow('vf: VLAN id -1 is outside 0 to 4094');
  });

  test('takes the address of a guest, and no other', () => {
    expect(() => requireVirtualFunction('vf', { mac: '02:fe:00:00:00:01' })).not.toThrow();
    expect(() => requireVirtualFunction('vf', { mac: 'none' })).toThrow('vf: "none" is not a MAC address');
  });
});
