/** Misspelt and missing arguments, which JavaScript does not report. */
import { describe, expect, test } from 'vitest';
import {
  LinuxBridgePlugin,
  LinuxHost,
  MacvtapPlugin,
  MemoryHost,
  OsVif,
  OvsPlugin,
  RemoteHost,
  serveHelper,
  TapPlugin,
} from '../src/entries/host.ts';
import { InstanceInfo, VIFGeneric } from '../src/entries/index.ts';
import { toInterfaceXml } from '../src/entries/libvirt.ts';
import { vifFromPort } from '../src/entries/neutron.ts';
import { graphOf, toDot, toMermaid, toSvg, toText } from '../src/entries/picture.ts';

const vif = new VIFGeneric({ id: 'dc065497-3c8d-4f44-8fb4-e1d33c16a536', plugin: 'tap', vifName: 'tap0' });
const guest = new InstanceInfo({ uuid: 'd7a730ca-3c28-49c3-8f26-4662b909fe8a' });
const GRAPH = graphOf([]);
const opened = await OsVif.open({ host: new MemoryHost() });
/** What a caller in JavaScript passes. */
const misspelt = { hots: 1 } as never;

/** Each function with options. */
const CALLS: Readonly<Record<string, () => unknown>> = {
  'OsVif.open': () => OsVif.open(misspelt),
  plug: () => opened.plug(vif, guest, misspelt),
  unplug: () => opened.unplug(vif, guest, misspelt),
  check: () => opened.check(vif, guest, misspelt),
  plan: () => opened.plan(vif, guest, misspelt),
  adopt: () => opened.adopt(vif, guest, misspelt),
  graph: () => opened.graph(vif, guest, misspelt),
  plugAll: () => opened.plugAll([], misspelt),
  unplugAll: () => opened.unplugAll([], misspelt),
  collectGarbage: () => opened.collectGarbage([], misspelt),
  hostInfo: () => opened.hostInfo(misspelt),
  'LinuxHost.open': () => LinuxHost.open(misspelt),
  MemoryHost: () => new MemoryHost(misspelt),
  'RemoteHost.connect': () => RemoteHost.connect(misspelt),
  serveHelper: () => serveHelper(misspelt),
  ovsdb: () => LinuxHost.open({ ovsdb: misspelt }),
  TapPlugin: () => new TapPlugin(misspelt),
  LinuxBridgePlugin: () => new LinuxBridgePlugin(misspelt),
  MacvtapPlugin: () => new MacvtapPlugin(misspelt),
  OvsPlugin: () => new OvsPlugin(misspelt),
  vifFromPort: () => vifFromPort({} as never, misspelt),
  toInterfaceXml: () => toInterfaceXml(vif, misspelt),
  graphOf: () => graphOf([], misspelt),
  toMermaid: () => toMermaid(GRAPH, misspelt),
  toDot: () => toDot(GRAPH, misspelt),
  toSvg: () => toSvg(GRAPH, misspelt),
  toText: () => toText(GRAPH, misspelt),
};

test.each(Object.entries(CALLS))('%s refuses an option that it does not have', async (call, run) => {
  await expect((async () => run())()).rejects.toMatchObject({
    code: 'ERR_OSVIF_ARGUMENT',
    message: expect.stringMatching(
      `^${call}: there is no option "hots"(, did you mean \\w+\\?|;) the options are \\w+`,
    ),
  });
});

test('a misspelt host does not open the real machine, and the message has the right name', async () => {
  await expect(OsVif.open({ hosts: new MemoryHost() } as never)).rejects.toThrow(
    'OsVif.open: there is no option "hosts", did you mean host? the options are host, plugins, timeout',
  );
});

describe('an argument of the wrong kind', () => {
  const anything = (value: unknown) => value as never;
  test.each<[string, () => Promise<unknown>, string, string]>([
    [
      'plug of a plain object',
      () => opened.plug(anything(vif.toPlain()), guest),
      'NOT_A_VIF',
      'expected a VIF such as',
    ],
    [
      'plug without an instance',
      () => opened.plug(vif, anything(undefined)),
      'ARGUMENT',
      'plug: expected the InstanceInfo of the guest, found undefined',
    ],
    [
      'unplug with a plain instance',
      () => opened.unplug(vif, anything({ uuid: 'x' })),
      'ARGUMENT',
      'unplug: expected the InstanceInfo of the guest, found an object',
    ],
    [
      'plugAll of VIFs',
      () => opened.plugAll(anything([vif])),
      'ARGUMENT',
      'plugAll: expected an array of { vif, instance }, found an object in it',
    ],
    [
      'plugAll of one attachment',
      () => opened.plugAll(anything({ vif, instance: guest })),
      'ARGUMENT',
      'plugAll: expected an array of { vif, instance }, found an object',
    ],
    [
      'unplugAll of plain VIFs',
      () => opened.unplugAll([{ vif: anything(vif.toPlain()), instance: guest }]),
      'NOT_A_VIF',
      'expected a VIF such as',
    ],
    [
      'collectGarbage of nothing',
      () => opened.collectGarbage(anything(undefined)),
      'ARGUMENT',
      'collectGarbage: expected an array of VIFs, found undefined',
    ],
    [
      'collectGarbage of ids',
      () => opened.collectGarbage(anything(['dc065497'])),
      'NOT_A_VIF',
      'expected a VIF such as',
    ],
    [
      'options that are null',
      () => opened.plug(vif, guest, anything(null)),
      'ARGUMENT',
      'plug: expected an object of options, found null',
    ],
    [
      'options that are a number',
      () => OsVif.open(anything(5)),
      'ARGUMENT',
      'OsVif.open: expected an object of options, found 5',
    ],
  ])('%s is refused with an error of the library', async (_, run, code, message) => {
    await expect(run()).rejects.toMatchObject({ code: `ERR_OSVIF_${code}`, message: expect.stringContaining(message) });
  });
});

test('console.log shows the host and the plugins of an OsVif', async () => {
  const { inspect } = await import('node:util');
  expect(inspect(opened)).toBe('OsVif { host: MemoryHost, plugins: linux_bridge, macvtap, noop, ovs, tap }');
});
