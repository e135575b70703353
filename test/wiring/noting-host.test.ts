/** The host that reports the steps of a plug passes each change on with all its arguments. */
import { expect, test } from 'vitest';
import { MemoryHost } from '../../src/host/memory/memory-host.ts';
import { changesHost, HOST_METHODS } from '../../src/host-contract/host-methods.ts';
import { interceptHost } from '../../src/host-contract/intercept.ts';
import { noting } from '../../src/wiring/done-steps/noting-host.ts';

const EXPECTED = [{ index: 7, name: 'tap0', alias: 'os-vif:vif-1' }];
const PLAN = { addresses: [], routes: [], neighbours: [] };
const MAC = 'fa:16:3e:00:00:01';
const GUARD = { device: 'tap0', hook: 'ingress', mac: MAC, mode: 'mac', addresses: [], owner: 'vif-1' };
const DROP = { device: 'tap0', mac: MAC, owner: 'vif-1' };

const ARGUMENTS: Readonly<Record<string, readonly unknown[]>> = {
  'links.create': [{ kind: 'tap', name: 'tap0' }, EXPECTED],
  'links.change': [7, { mtu: 1450 }, EXPECTED],
  'links.delete': [7, EXPECTED],
  'links.deleteAll': [[7], EXPECTED],
  'links.changeVirtualFunction': [7, 1, { mac: MAC }, EXPECTED],
  'links.changeEmbeddedSwitchMode': [7, 'vepa', EXPECTED],
  'links.addAlternativeName': [7, 'other', EXPECTED],
  'links.removeAlternativeName': [7, 'other', EXPECTED],
  'addressing.move': [PLAN, 7, 8, EXPECTED],
  'addressing.copy': [PLAN, 7, 8, EXPECTED],
  'sysctl.set': ['net/ipv6/conf/tap0/disable_ipv6', '1', EXPECTED],
  'filter.set': ['os-vif-br0', ['-i br0 -j ACCEPT']],
  'filter.delete': ['os-vif-br0'],
  'ingress.create': [DROP],
  'ingress.delete': [DROP],
  'guards.set': [GUARD],
  'guards.delete': [GUARD],
};

test('the table of this test has all methods that change devices and filters', () => {
  const all = Object.entries(HOST_METHODS).flatMap(([part, methods]) =>
    Object.keys(methods).map((method) => `${part}.${method}`),
  );
  const changing = all.filter((verb) => changesHost(verb) && !verb.startsWith('ovsdb.'));
  expect(Object.keys(ARGUMENTS).sort()).toEqual(changing.sort());
});

test.each(Object.entries(ARGUMENTS))('%s has all its arguments', async (verb, args) => {
  const received: unknown[] = [];
  const host = interceptHost(new MemoryHost(), async (call, proceed) => {
    if (!call.changes) return proceed();
    received.push([`${call.port}.${call.method}`, ...call.args]);
    return 7;
  });
  const context = { host, owner: 'vif-1', note: () => {} };
  const noted = noting(context, { name: 'tap0', labelOf: () => 'tap tap0' }).host;
  const [part = '', method = ''] = verb.split('.');
  const target: unknown = Reflect.get(noted, part);
  await Reflect.apply(Reflect.get(Object(target), method), target, args);
  expect(received).toEqual([[verb, ...args]]);
});
