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
import {
  field,
  float,
  InstanceInfo,
  integer,
  listOf,
  negotiate,
  objectOf,
  oneOf,
  stateMachine,
  string,
  VIFGeneric,
  versionedObject,
} from '../src/entries/index.ts';
import { toInterfaceXml } from '../src/entries/libvirt.ts';
import { requireUsableAddressing, vifFromPort } from '../src/entries/neutron.ts';
import { graphOf, toDot, toMermaid, toSvg, toText } from '../src/entries/picture.ts';
import { bundleSchema } from '../src/entries/schemas.ts';
import { arbitraryObject, arbitraryVIF } from '../src/entries/testing.ts';

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
  list: () => opened.list(misspelt),
  checkAll: () => opened.checkAll([], misspelt),
  planAll: () => opened.planAll([], misspelt),
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
  bundleSchema: () => bundleSchema('types.json', misspelt),
  requireUsableAddressing: () => requireUsableAddressing({} as never, misspelt),
  negotiate: () => negotiate(vif, opened.hostInfo(), misspelt),
  toPrimitive: () => vif.toPrimitive(misspelt),
  toPlain: () => vif.toPlain(misspelt),
  resetChanges: () => vif.clone().resetChanges(misspelt),
  fromPrimitive: () => VIFGeneric.fromPrimitive(vif.toPrimitive(), misspelt),
  jsonSchema: () => VIFGeneric.jsonSchema('1.0', misspelt),
  field: () => field(string(), misspelt),
  versionedObject: () => versionedObject(misspelt),
  string: () => string(misspelt),
  integer: () => integer(misspelt),
  float: () => float(misspelt),
  oneOf: () => oneOf(['a'], misspelt),
  stateMachine: () => stateMachine({ A: [] }, misspelt),
  'listOf, setOf, dictOf': () => listOf(string(), misspelt),
  objectOf: () => objectOf(VIFGeneric, misspelt),
  arbitraryObject: () => arbitraryObject(VIFGeneric, misspelt),
  arbitraryVIF: () => arbitraryVIF(misspelt),
};

test.each(Object.entries(CALLS))('%s refuses an option that it does not have', async (call, run) => {
  await expect((async () => run())()).rejects.toMatchObject({
    code: 'ERR_OSVIF_ARGUMENT',
    message: expect.stringMatching(
      `^${call}: there is no option "hots"(, did you mean \\w+\\?|;) the options are \\w+`,
    ),
  });
});

const anything = (value: unknown) => value as never;

/** Options with a value of the wrong kind. */
test.each<[string, () => unknown, string]>([
  [
    'plug',
    () => opened.plug(vif, guest, { timeout: anything('5') }),
    'timeout: expected milliseconds from 0 (no limit) to 2147483647, found "5"',
  ],
  ['plug', () => opened.plug(vif, guest, { timeout: -1 }), 'timeout: expected milliseconds'],
  ['unplug', () => opened.unplug(vif, guest, { timeout: Number.POSITIVE_INFINITY }), 'timeout: expected milliseconds'],
  [
    'check',
    () => opened.check(vif, guest, { signal: anything('stop') }),
    'signal: expected an AbortSignal, found "stop"',
  ],
  ['adopt', () => opened.adopt(vif, guest, { dryRun: anything('no') }), 'dryRun: expected true or false, found "no"'],
  [
    'graph',
    () => opened.graph(vif, guest, { show: anything('all') }),
    'show: expected one of drift, plan, nothing, found "all"',
  ],
  ['plugAll', () => opened.plugAll([], { concurrency: 0 }), 'concurrency: expected an integer of at least 1, found 0'],
  [
    'plugAll',
    () => opened.plugAll([], { waitFor: anything('ovn') }),
    'waitFor: expected one of port, ovn-installed, none, found "ovn"',
  ],
  [
    'collectGarbage',
    () => opened.collectGarbage([], { dryRun: anything(1) }),
    'dryRun: expected true or false, found 1',
  ],
  [
    'hostInfo',
    () => opened.hostInfo({ permittedVifTypes: anything('VIFBridge') }),
    'permittedVifTypes: expected an array of names of VIF classes',
  ],
  ['OsVif.open', () => OsVif.open({ host: anything({}) }), 'host: expected a host, such as a LinuxHost'],
  [
    'OsVif.open',
    () => OsVif.open({ plugins: anything(new TapPlugin()) }),
    'plugins: expected an array of plugins and names of packages',
  ],
  ['OsVif.open', () => OsVif.open({ plugins: [anything({})] }), 'plugins: expected an array of plugins'],
  ['OsVif.open', () => OsVif.open({ netns: anything(5) }), 'netns: expected a string, found 5'],
  [
    'LinuxHost.open',
    () => LinuxHost.open({ ovsdb: anything('unix:/x') }),
    'ovsdb: expected an object, found "unix:/x"',
  ],
  ['ovsdb', () => LinuxHost.open({ ovsdb: { timeout: -5 } }), 'timeout: expected milliseconds'],
  [
    'RemoteHost.connect',
    () => RemoteHost.connect(anything({ command: 'os-vif helper' })),
    'command: expected an array of strings',
  ],
  [
    'serveHelper',
    () => serveHelper(anything({ host: new MemoryHost(), clients: {}, devices: 'eth0' })),
    'devices: expected an array of strings',
  ],
  [
    'TapPlugin',
    () => new TapPlugin({ networkDeviceMtu: 20 }),
    'networkDeviceMtu: expected a whole number of bytes, 68 to 65535, found 20',
  ],
  [
    'TapPlugin',
    () => new TapPlugin({ owner: anything('root') }),
    'owner: expected an integer of at least 0, found "root"',
  ],
  ['OvsPlugin', () => new OvsPlugin({ defaultQosType: anything('fast') }), 'defaultQosType: expected one of linux-htb'],
  [
    'vifFromPort',
    () => vifFromPort({} as never, { network: { id: '' }, subnets: anything({}) }),
    'subnets: expected an array of subnets',
  ],
  [
    'toText',
    () => toText(GRAPH, { width: anything('wide') }),
    'width: expected an integer of at least 1, found "wide"',
  ],
  ['toDot', () => toDot(GRAPH, { direction: anything('up') }), 'direction: expected one of right, down, found "up"'],
  ['toPrimitive', () => vif.toPrimitive({ targetVersion: anything(1) }), 'targetVersion: expected a string, found 1'],
  [
    'fromPrimitive',
    () => VIFGeneric.fromPrimitive(vif.toPrimitive(), { unknown: anything('drop') }),
    'unknown: expected one of ignore, refuse',
  ],
  ['field', () => field(string(), { nullable: anything(1) }), 'nullable: expected true or false, found 1'],
])('%s refuses a value of the wrong kind, and names the option and the kind', async (call, run, message) => {
  await expect((async () => run())()).rejects.toMatchObject({
    code: 'ERR_OSVIF_ARGUMENT',
    message: expect.stringContaining(`${call}: the option ${message}`),
  });
});

test('a misspelt host does not open the real machine, and the message has the right name', async () => {
  await expect(OsVif.open({ hosts: new MemoryHost() } as never)).rejects.toThrow(
    'OsVif.open: there is no option "hosts", did you mean host? the options are host, closeHost, plugins, timeout,',
  );
});

describe('an argument of the wrong kind', () => {
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
