/** What is garbage and what is not, on a host in memory: devices, chains and refusals. */
import { describe, expect, test } from 'vitest';
import { MissingCommandError } from '../../src/errors/host.ts';
import { NetlinkError } from '../../src/errors/kernel.ts';
import { MemoryHost } from '../../src/host/memory/memory-host.ts';
import type { Host } from '../../src/host-contract/host.ts';
import { birthGroup } from '../../src/host-contract/interface-groups.ts';
import type { NewLink } from '../../src/host-contract/links.ts';
import { aliasOf, SHARED_OWNER } from '../../src/host-contract/ownership.ts';
import { collectGarbage } from '../../src/wiring/collect-garbage.ts';

const SHARED = { alias: aliasOf(SHARED_OWNER) };
const OWN = { alias: aliasOf('vif-1') };
const NOBODY = { owners: new Set<string>(), names: new Set<string>() };
const owners = (...ids: string[]) => ({ ...NOBODY, owners: new Set(ids) });
const names = (...shared: string[]) => ({ ...NOBODY, names: new Set(shared) });

/** A host with these devices; `on` and `under` name the device that one is a port of or stands on. */
async function given(...made: (Omit<NewLink, 'lower'> & { on?: string; under?: string })[]) {
  const host = new MemoryHost();
  const indexOf = async (name: string) => (await host.links.get(name))?.index ?? 0;
  for (const { on, under, ...link } of made) {
    const lower = under === undefined ? {} : { lower: await indexOf(under), vlan: { id: 7 } };
    const master = on === undefined ? {} : { master: await indexOf(on) };
    await Reflect.apply(host.links.create, host.links, [{ ...link, ...lower, ...master }]);
  }
  return {
    host,
    indexOf,
    left: async () => (await host.links.list()).map(({ name }) => name).filter((name) => name !== 'lo'),
  };
}

describe('devices', () => {
  test('of VIFs that are no more go, with the name of the VIF; others stay', async () => {
    const { host, left } = await given(
      { kind: 'tap', name: 'tap0', ...OWN },
      { kind: 'tap', name: 'tap1', alias: aliasOf('vif-2') },
      { kind: 'tap', name: 'tap2', alias: 'theirs' },
      { kind: 'tap', name: 'tap3' },
    );
    const garbage = [{ kind: 'tap', name: 'tap0', owner: 'vif-1' }];
    expect(await collectGarbage(host, owners('vif-2'), { dryRun: true })).toStrictEqual(garbage);
    expect(await left()).toEqual(['tap0', 'tap1', 'tap2', 'tap3']);
    expect(await collectGarbage(host, owners('vif-2'))).toStrictEqual(garbage);
    expect(await left()).toEqual(['tap1', 'tap2', 'tap3']);
    expect(await collectGarbage(host, owners('vif-2'))).toEqual([]);
  });

  test('that were made by a process that was killed before it could name them are told by their group', async () => {
    const unnamed = (id: string) => ({ group: birthGroup(aliasOf(id)) });
    const { host, left } = await given(
      { kind: 'tap', name: 'tap1', ...unnamed('vif-1') },
      { kind: 'tap', name: 'tap2', ...unnamed('vif-2') },
      { kind: 'tap', name: 'tap3', group: 7 },
    );
    expect(await collectGarbage(host, owners('vif-2', 'vif-3'))).toStrictEqual([{ kind: 'tap', name: 'tap1' }]);
    expect(await left()).toEqual(['tap2', 'tap3']);
    expect(await collectGarbage(host, NOBODY)).toStrictEqual([{ kind: 'tap', name: 'tap2' }]);
  });
});

describe('a shared device', () => {
  test('goes when no VIF needs it, without the name of a VIF, the port before its bridge', async () => {
    const { host, left } = await given(
      { kind: 'bridge', name: 'br0', ...SHARED },
      { kind: 'tap', name: 'eth0' },
      { kind: 'vlan', name: 'vlan7', under: 'eth0', on: 'br0', ...SHARED },
      { kind: 'tap', name: 'tap0', on: 'br0', ...OWN },
    );
    expect(await collectGarbage(host, { owners: new Set(['vif-1']), names: new Set(['br0', 'vlan7']) })).toEqual([]);
    expect(await collectGarbage(host, NOBODY)).toStrictEqual([
      { kind: 'bridge', name: 'br0' },
      { kind: 'vlan', name: 'vlan7' },
      { kind: 'tap', name: 'tap0', owner: 'vif-1' },
    ]);
    expect(await left()).toEqual(['eth0']);
  });

  test('that a VIF needs stays by its name', async () => {
    const { host, left } = await given(
      { kind: 'bridge', name: 'br0', ...SHARED },
      { kind: 'bridge', name: 'br1', ...SHARED },
    );
    expect(await collectGarbage(host, names('br1'))).toStrictEqual([{ kind: 'bridge', name: 'br0' }]);
    expect(await left()).toEqual(['br1']);
  });

  test('stays while it has an address', async () => {
    const { host, indexOf, left } = await given({ kind: 'bridge', name: 'br0', ...SHARED });
    host.addressing.set(await indexOf('br0'), { addresses: [{ address: '192.0.2.7/24' }], routes: [] });
    expect(await collectGarbage(host, NOBODY)).toEqual([]);
    expect(await left()).toEqual(['br0']);
  });

  test('stays while a device of others is its port', async () => {
    const { host, left } = await given(
      { kind: 'bridge', name: 'br0', ...SHARED },
      { kind: 'tap', name: 'tap0', on: 'br0' },
    );
    expect(await collectGarbage(host, NOBODY, { dryRun: true })).toEqual([]);
    expect(await collectGarbage(host, NOBODY)).toEqual([]);
    expect(await left()).toEqual(['br0', 'tap0']);
  });

  test('stays while a device of others stands on it, and so does what it stands on itself', async () => {
    const { host, left } = await given(
      { kind: 'bridge', name: 'br0', ...SHARED },
      { kind: 'vlan', name: 'ours', under: 'br0', ...SHARED },
      { kind: 'vlan', name: 'theirs', under: 'ours' },
    );
    expect(await collectGarbage(host, NOBODY, { dryRun: true })).toEqual([]);
    expect(await left()).toEqual(['br0', 'ours', 'theirs']);
  });

  test('stays while it is the port of a bridge that stays', async () => {
    const { host } = await given(
      { kind: 'bridge', name: 'br0' },
      { kind: 'tap', name: 'eth0' },
      { kind: 'vlan', name: 'vlan7', under: 'eth0', on: 'br0', ...SHARED },
    );
    expect(await collectGarbage(host, NOBODY)).toEqual([]);
  });

  test('that somebody came to use in between stays, and is not told', async () => {
    const { host, indexOf, left } = await given({ kind: 'bridge', name: 'br0', ...SHARED });
    const { change } = host.links;
    let isFirst = true;
    host.links.change = async (index, settings) => {
      if (isFirst) {
        isFirst = false;
        await host.links.create({ kind: 'tap', name: 'tap0', master: await indexOf('br0') });
      }
      return change.call(host.links, index, settings);
    };
    expect(await collectGarbage(host, NOBODY)).toEqual([]);
    expect(await left()).toEqual(['br0', 'tap0']);
  });
});

describe('chains', () => {
  const chains = async ({ filter }: Host) => (await filter.list()).filter((chain) => chain.startsWith('os-vif-'));

  test('of bridges that stay, whoever they belong to, and of those that VIFs need, stay', async () => {
    const { host } = await given({ kind: 'bridge', name: 'br0' }, { kind: 'bridge', name: 'br1', ...OWN });
    for (const bridge of ['br0', 'br1', 'br2', 'br3']) await host.filter.set(`os-vif-${bridge}`, []);
    await host.filter.set('theirs', []);
    expect(await collectGarbage(host, names('br2'))).toStrictEqual([
      { kind: 'bridge', name: 'br1', owner: 'vif-1' },
      { kind: 'forward-rule', name: 'br3' },
    ]);
    expect(await chains(host)).toEqual(['os-vif-br0', 'os-vif-br2']);
    expect(await host.filter.list()).toContain('theirs');
  });

  test('are none where there is no iptables; any other failure is told', async () => {
    const { host } = await given({ kind: 'tap', name: 'tap0', ...OWN });
    host.filter.list = () => Promise.reject(new MissingCommandError('iptables', 'iptables'));
    expect(await collectGarbage(host, NOBODY)).toMatchObject([{ name: 'tap0' }]);
    host.filter.list = () => Promise.reject(new Error('broken'));
    await expect(collectGarbage(host, NOBODY)).rejects.toThrow('broken');
  });
});

describe('refusals', () => {
  const refusal = { device: 'eth0', mac: '02:fe:00:00:00:01', owner: 'vif-1' };

  test('for VIFs that are no more go, with the name of the VIF', async () => {
    const { host } = await given();
    await host.ingress.create(refusal);
    await host.ingress.create({ ...refusal, mac: '02:fe:00:00:00:02', owner: 'vif-2' });
    const garbage = [{ kind: 'source-mac-filter', name: refusal.mac, owner: 'vif-1' }];
    expect(await collectGarbage(host, owners('vif-2'), { dryRun: true })).toStrictEqual(garbage);
    expect(await host.ingress.list()).toHaveLength(2);
    expect(await collectGarbage(host, owners('vif-2'))).toStrictEqual(garbage);
    expect(await host.ingress.list()).toMatchObject([{ owner: 'vif-2' }]);
  });

  test.each([
    ['no nft', new MissingCommandError('nft', 'nftables')],
    ['no nftables in the kernel', new NetlinkError('list of tables', 'EOPNOTSUPP', 'Operation not supported')],
  ])('are none where there is %s', async (_, error) => {
    const { host } = await given();
    host.ingress.list = () => Promise.reject(error);
    expect(await collectGarbage(host, NOBODY)).toEqual([]);
  });

  test('that can not be listed for another reason are a failure', async () => {
    const { host } = await given();
    host.ingress.list = () => Promise.reject(new NetlinkError('list of tables', 'EPERM', 'Operation not permitted'));
    await expect(collectGarbage(host, NOBODY)).rejects.toThrow('Operation not permitted');
  });
});
