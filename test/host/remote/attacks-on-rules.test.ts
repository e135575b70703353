/** Attacks by a client of the helper with rules of packet filters: on later devices of a name, and on rules of other owners. */

import { rm } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { LinuxHost } from '../../../src/host/linux/linux-host.ts';
import { serveHelper } from '../../../src/host/remote/helper.ts';
import { NETNS_UNAVAILABLE } from '../netns.ts';
import { type AttackedHost, attackedHost, MINE, unchangedHost } from './attacked-host.ts';

const DROP = (name: string) => [`-i ${name} -j DROP`, `-o ${name} -j DROP`];
const REFUSAL = (device: string) => ({ device, mac: '02:00:00:00:00:01', owner: 'mine' });

describe.skipIf(NETNS_UNAVAILABLE)('the rules of a device go with the device', () => {
  const bridge = (name: string) => ({ ...MINE, kind: 'bridge', name });

  /** Sets rules for wg0, and has the helper delete it. */
  test.each<[string, (host: AttackedHost) => Promise<void>]>([
    [
      'when it is deleted',
      async ({ ask, indexOf }) => {
        await ask('links.create', bridge('wg0'));
        await setRules(ask, 'wg0');
        expect(await ask('links.delete', indexOf('wg0'))).not.toHaveProperty('error');
      },
    ],
    [
      'when it is deleted among others',
      async ({ ask, indexOf }) => {
        await ask('links.create', bridge('wg0'));
        await ask('links.create', bridge('wg1'));
        await setRules(ask, 'wg0');
        expect(await ask('links.deleteAll', [indexOf('wg1'), indexOf('wg0')])).not.toHaveProperty('error');
      },
    ],
    [
      'when the device below it is deleted',
      async ({ ask, indexOf }) => {
        const macvtap = { kind: 'macvtap', macvtap: { mode: 'vepa' } };
        await ask('links.create', bridge('below0'));
        await ask('links.create', { ...MINE, ...macvtap, name: 'wg0', lower: indexOf('below0') });
        expect(await ask('ingress.create', REFUSAL('wg0'))).not.toHaveProperty('error');
        expect(await ask('links.delete', indexOf('below0'))).not.toHaveProperty('error');
      },
    ],
    [
      'when the other end of its veth pair is deleted',
      async ({ ask, indexOf }) => {
        await ask('links.create', { ...MINE, kind: 'veth', name: 'other0', peer: { name: 'wg0' } });
        expect(await ask('ingress.create', REFUSAL('wg0'))).not.toHaveProperty('error');
        expect(await ask('links.delete', indexOf('other0'))).not.toHaveProperty('error');
      },
    ],
    [
      'when the rules and the deletion are asked for at the same time',
      async ({ ask, indexOf }) => {
        await ask('links.create', bridge('wg0'));
        const index = indexOf('wg0');
        await Promise.all([
          ask('filter.set', 'os-vif-wg0', DROP('wg0')),
          ask('ingress.create', REFUSAL('wg0')),
          ask('links.delete', index),
          ask('filter.set', 'os-vif-wg0', DROP('wg0')),
        ]);
        await ask('links.delete', index);
      },
    ],
  ])('%s', async (_, attack) => {
    const host = await attackedHost({ devices: ['wg0'] });
    const before = host.state();
    await attack(host);
    expect(host.state()).toBe(before);
    // The device of another owner that takes the name later is not filtered.
    host.netns.run('ip', 'link', 'add', 'wg0', 'type', 'bridge');
    expect(rulesAbout(host, 'wg0')).toEqual([]);
  });

  test('also when another helper set them, which was killed', async () => {
    const host = await attackedHost();
    await host.ask('links.create', bridge('wg0'));
    await setRules(host.ask, 'wg0');
    host.netns.run('ip', 'link', 'del', 'wg0');
    expect(rulesAbout(host, 'wg0')).not.toEqual([]);
    await using linux = await LinuxHost.open({ netns: host.netns.path });
    const clients = { socket: `${host.socket}2` };
    const second = await serveHelper({ host: linux, clients });
    expect(rulesAbout(host, 'wg0')).toEqual([]);
    await second.close();
    await rm(clients.socket, { force: true });
  });
});

describe.skipIf(NETNS_UNAVAILABLE)('a rule is refused', () => {
  const host = unchangedHost({}, async (ask) => {
    await ask('links.create', { ...MINE, kind: 'bridge', name: 'b0' });
    await ask('links.create', { ...MINE, kind: 'tap', name: 't0' });
  });

  test.each<[string, string, string[]]>([
    ['with a chain of another owner as its target', 'os-vif-b0', ['-i b0 -j ADMIN-CHAIN']],
    ['with the target LOG', 'os-vif-b0', ['-i b0 -j LOG']],
    ['with the target TRACE', 'os-vif-b0', ['-i b0 -j TRACE']],
    ['with the target NFQUEUE', 'os-vif-b0', ['-i b0 -j NFQUEUE']],
    ['with its own chain as its target', 'os-vif-b0', ['-i b0 -j os-vif-b0']],
    ['with FORWARD as its target', 'os-vif-b0', ['-i b0 -j FORWARD']],
    ['with a goto', 'os-vif-b0', ['-i b0 -g ADMIN-CHAIN']],
    ['with options of a target', 'os-vif-b0', ['-i b0 -j REJECT --reject-with tcp-reset']],
    ['without a target', 'os-vif-b0', ['-i b0']],
    ['with a NUL character', 'os-vif-b0', ['-i eth0\u0000 -o b0 -j DROP']],
    ['with a line feed', 'os-vif-b0', ['-i b0 -j DROP\n-A FORWARD -j DROP']],
    ['with a carriage return', 'os-vif-b0', ['-i b0 -j DROP\r-A FORWARD -j DROP']],
    ['with a line separator', 'os-vif-b0', ['-i b0 -o x\u2028 -j DROP']],
    ['with a tab between its words', 'os-vif-b0', ['-i\tb0 -j DROP']],
    ['with two spaces between its words', 'os-vif-b0', ['-i b0  -j DROP']],
    ['that is negated', 'os-vif-b0', ['! -i b0 -j DROP']],
    ['about a negated device', 'os-vif-b0', ['-i ! b0 -j DROP']],
    ['about all devices', 'os-vif-b0', ['-i + -o b0 -j DROP']],
    ['about a pattern of devices', 'os-vif-b0', ['-i eth+ -o b0 -j DROP']],
    ['about a quoted device', 'os-vif-b0', ['-i "eth0" -o b0 -j DROP']],
    ['about a device with a backslash', 'os-vif-b0', ['-i eth\\0 -o b0 -j DROP']],
    ['about a device that looks like an option', 'os-vif-b0', ['-i -s -o b0 -j DROP']],
    ['about a device with a name that is too long', 'os-vif-b0', [`-i ${'x'.repeat(16)} -o b0 -j DROP`]],
    ['about a device with another owner only', 'os-vif-b0', ['-i eth0 -j DROP']],
    ['about every packet', 'os-vif-b0', ['-j DROP']],
    ['with its parts in another order', 'os-vif-b0', ['-o b0 -i eth0 -j DROP']],
    ['when one of several is wrong', 'os-vif-b0', ['-i b0 -j DROP', '-i eth0 -j DROP']],
    ['in a chain of another owner', 'ADMIN-CHAIN', ['-i b0 -j DROP']],
    ['in the chain of a bridge of another owner', 'os-vif-br-host', DROP('br-host')],
    ['in the chain of a missing device', 'os-vif-wg9', DROP('wg9')],
    ['in the chain of a device that is no bridge', 'os-vif-t0', DROP('t0')],
    ['in a chain with a quoted name', 'os-vif-"b0"', ['-i b0 -j DROP']],
    ['in a chain with a line feed in its name', 'os-vif-b0\n', ['-i b0 -j DROP']],
  ])('%s', async (_, chain, rules) => {
    const error = await host.refusal('filter.set', chain, rules);
    expect(error?.code).toMatch(/^ERR_OSVIF_(HELPER_|LINK_VALUE)/);
  });

  test.each(['ACCEPT', 'DROP', 'REJECT', 'RETURN'])('but not with the target %s', async (target) => {
    const host = await attackedHost();
    await host.ask('links.create', { ...MINE, kind: 'bridge', name: 'b0' });
    expect(await host.ask('filter.set', 'os-vif-b0', [`-i b0 -o b0 -j ${target}`])).not.toHaveProperty('error');
    expect(rulesAbout(host, 'b0')).toContainEqual(expect.stringContaining(`-A os-vif-b0 -i b0 -o b0 -j ${target}`));
  });

  test('but not with a target that the configuration names', async () => {
    const host = await attackedHost({ filterTargets: ['ADMIN-CHAIN'] });
    await host.ask('links.create', { ...MINE, kind: 'bridge', name: 'b0' });
    expect(await host.ask('filter.set', 'os-vif-b0', ['-i b0 -j LOG'])).toHaveProperty('error');
    expect(await host.ask('filter.set', 'os-vif-b0', ['-i b0 -j ADMIN-CHAIN'])).not.toHaveProperty('error');
    expect(rulesAbout(host, 'b0')).toContain('-A os-vif-b0 -i b0 -j ADMIN-CHAIN');
  });

  test.each<[string, unknown]>([
    ['for a missing device', REFUSAL('wg9')],
    ['for a device of another owner', REFUSAL('eth0')],
    ['for a TAP, which its user can delete', REFUSAL('t0')],
    ['for a pattern of devices', REFUSAL('b*')],
    ['with control characters in the owner', { ...REFUSAL('b0'), owner: 'a\u001b[31m' }],
    ['with bidirectional characters in the owner', { ...REFUSAL('b0'), owner: 'a\u202eb' }],
    ['with a quote in the owner', { ...REFUSAL('b0'), owner: 'a"b' }],
  ])('of nftables %s', async (_, refusal) => {
    const error = await host.refusal('ingress.create', refusal);
    expect(error?.code).toMatch(/^ERR_OSVIF_(HELPER_|LINK_VALUE)/);
  });
});

async function setRules(ask: AttackedHost['ask'], name: string): Promise<void> {
  expect(await ask('filter.set', `os-vif-${name}`, DROP(name))).not.toHaveProperty('error');
  expect(await ask('ingress.create', REFUSAL(name))).not.toHaveProperty('error');
}

function rulesAbout({ netns }: AttackedHost, name: string): string[] {
  const lines = [
    ...netns.run('iptables-save').split('\n'),
    ...netns.run('nft', 'list', 'ruleset', 'netdev').split('\n'),
  ];
  return lines.filter((line) => line.includes(name));
}
