/** What an interceptor sees of a host, and what it lets through. */
import { expect, test } from 'vitest';
import { MemoryHost } from '../../src/host/memory/memory-host.ts';
import { type HostCall, interceptHost } from '../../src/host-contract/intercept.ts';

test('every call is seen with its port, its arguments, and whether it changes the host', async () => {
  const seen: HostCall[] = [];
  const host = interceptHost(new MemoryHost(), (call, proceed) => {
    seen.push(call);
    return proceed();
  });
  await host.links.create({ kind: 'bridge', name: 'br0' });
  const made = await host.links.get('br0');
  await host.links.change(made?.index ?? 0, { mtu: 1400 });
  await host.links.delete(made?.index ?? 0);
  await host.links.deleteAll([]);
  await host.addressing.get(1);
  await host.sysctl.get('net/ipv4/ip_forward');
  await host.ingress.list();
  await host.pci.interfacesOf('0000:03:00.0');
  await host.ovsdb.view();
  expect(seen.map(({ port, method, changes }) => `${port}.${method}${changes ? ' changes' : ''}`)).toEqual([
    'links.create changes',
    'links.get',
    'links.change changes',
    'links.delete changes',
    'links.deleteAll changes',
    'addressing.get',
    'sysctl.get',
    'ingress.list',
    'pci.interfacesOf',
    'ovsdb.view',
  ]);
  expect(seen[0]?.args).toEqual([{ kind: 'bridge', name: 'br0' }]);
});

test('what the interceptor does not let through the host never hears of', async () => {
  const memory = new MemoryHost();
  const host = interceptHost(memory, async (call, proceed) => {
    if (call.changes) throw new Error('refused');
    return proceed();
  });
  await expect(host.links.create({ kind: 'bridge', name: 'br0' })).rejects.toThrow('refused');
  expect(await memory.links.get('br0')).toBeUndefined();
  expect(await host.links.get('br0')).toBeUndefined();
});

test('to close the host is never kept from it', async () => {
  const memory = new MemoryHost();
  const host = interceptHost(memory, async () => {
    throw new Error('refused');
  });
  await host.close();
  await expect(memory.links.list()).rejects.toMatchObject({ code: 'ERR_OSVIF_CLOSED' });
});
