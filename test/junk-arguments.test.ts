/**
 * Wrong arguments in JavaScript: each public function refuses them with an error of the library, or
 * accepts them.
 */

import { expect, test } from 'vitest';
import { OsVifError } from '../src/entries/errors.ts';
import * as host from '../src/entries/host.ts';
import * as model from '../src/entries/index.ts';
import * as libvirt from '../src/entries/libvirt.ts';
import * as neutron from '../src/entries/neutron.ts';
import * as messaging from '../src/entries/oslo-messaging.ts';
import * as picture from '../src/entries/picture.ts';
import * as schemas from '../src/entries/schemas.ts';
import * as testing from '../src/entries/testing.ts';

const JUNK: Readonly<Record<string, unknown>> = {
  undefined: undefined,
  null: null,
  'a number': 1.5,
  NaN: Number.NaN,
  'an empty string': '',
  'a string': 'x',
  'a symbol': Symbol('x'),
  'a bigint': 10n,
  'an array': [],
  'an array of null': [null],
  'an object': {},
  'a misspelt option': { hots: 1 },
  'an object without a prototype': Object.create(null),
  'a function': () => {},
  'an invalid Date': new Date(Number.NaN),
};

const ID = 'dc065497-3c8d-4f44-8fb4-e1d33c16a536';
const vif = new model.VIFGeneric({ id: ID, plugin: 'tap', vifName: 'tap0' });
const guest = new model.InstanceInfo({ uuid: 'd7a730ca-3c28-49c3-8f26-4662b909fe8a', name: 'guest-1' });
const memory = new host.MemoryHost();
const osVif = await host.OsVif.open({ host: memory });
const info = osVif.hostInfo();
const primitive = vif.toPrimitive();
const graph = picture.graphOf([]);
const transport = messaging.memoryTransport();
const rpc = { transport, topic: 'junk', server: 'junk' };
const client = new messaging.RpcClient(rpc);
const noBroker = { hosts: 'amqp://127.0.0.1:1/', signal: AbortSignal.abort(new messaging.TransportClosedError()) };
const context = { host: memory, owner: ID, undoable: () => {} };
const tap = { link: { kind: 'tap', name: 'tap1' } };
const port = { id: ID, mac_address: 'fa:16:3e:4a:5b:6c', fixed_ips: [], 'binding:vif_type': 'tap' };
const functions = { validate: () => {}, ensure: () => {}, remove: () => {}, inspect: () => [] };

/** Each public function with arguments of the right kind. */
const CALLS: Readonly<Record<string, readonly [call: unknown, ...args: unknown[]]>> = {
  backport: [model.backport, primitive, { targetVersion: '1.0' }],
  backportFor: [model.backportFor, { kwargs: { objname: 'VIFGeneric', supported: '1.0' } }, primitive, {}],
  classFor: [model.classFor, 'VIFGeneric', '1.0', 'os_vif'],
  compareVersions: [model.compareVersions, '1.0', '1.1'],
  defineObject: [model.defineObject, { name: 'JunkTest', version: '1.0', namespace: 'junk', fields: {} }],
  dictOf: [model.dictOf, model.string(), {}],
  field: [model.field, model.string(), {}],
  fieldType: [model.fieldType, { osloName: 'X', expected: 'x', accept: () => 1, schema: {} }],
  float: [model.float, {}],
  integer: [model.integer, {}],
  isListWriter: [model.isListWriter, () => 1],
  listOf: [model.listOf, model.string(), {}],
  negotiate: [model.negotiate, vif, info, {}],
  objectClasses: [model.objectClasses, 'os_vif'],
  objectOf: [model.objectOf, model.VIFBase, {}],
  oneOf: [model.oneOf, ['a', 'b'], {}],
  setOf: [model.setOf, model.string(), {}],
  stateMachine: [model.stateMachine, { A: ['A'] }, {}],
  string: [model.string, {}],
  validate: [model.validate, primitive],
  versionManifest: [model.versionManifest, 'VIFGeneric', 'os_vif'],
  versionedObject: [model.versionedObject, { version: '1.0' }],
  'new VIFGeneric': [(values: never) => new model.VIFGeneric(values), {}],
  'VIFGeneric.fromPrimitive': [model.VIFGeneric.fromPrimitive.bind(model.VIFGeneric), primitive, {}],
  'VIFGeneric.fromBytes': [model.VIFGeneric.fromBytes.bind(model.VIFGeneric), vif.toBytes(), {}],
  'VIFGeneric.fromPlain': [model.VIFGeneric.fromPlain.bind(model.VIFGeneric), vif.toPlain()],
  'VIFGeneric.jsonSchema': [model.VIFGeneric.jsonSchema.bind(model.VIFGeneric), '1.0', {}],
  'vif.toPrimitive': [vif.toPrimitive.bind(vif), {}],
  'vif.toBytes': [vif.toBytes.bind(vif), {}],
  'vif.toPlain': [vif.toPlain.bind(vif), {}],
  'vif.toJSON': [vif.toJSON.bind(vif), 'key'],
  'vif.isSet': [vif.isSet.bind(vif), 'id'],
  'vif.unset': [(name: never) => vif.clone().unset(name), 'id'],
  'vif.require': [vif.require.bind(vif), 'id'],
  'vif.resetChanges': [(options: never) => vif.clone().resetChanges(options), {}],
  'vif.equals': [vif.equals.bind(vif), vif],
  'list.at': [(index: never) => new model.RouteList({ objects: [] }).at(index), 0],
  'info.hasPlugin': [info.hasPlugin.bind(info), 'tap'],
  'info.getPlugin': [info.getPlugin.bind(info), 'tap'],
  'info.filterVifTypes': [(names: never) => info.clone().filterVifTypes(names), ['VIFGeneric']],
  'plugin.hasVif': [(name: never) => info.getPlugin('tap').hasVif(name), 'VIFGeneric'],
  'plugin.getVif': [(name: never) => info.getPlugin('tap').getVif(name), 'VIFGeneric'],
  'plugin.filterVifTypes': [(names: never) => info.clone().getPlugin('tap').filterVifTypes(names), ['VIFGeneric']],

  LinuxBridgePlugin: [(options: never) => new host.LinuxBridgePlugin(options), {}],
  MacvtapPlugin: [(options: never) => new host.MacvtapPlugin(options), {}],
  OvsPlugin: [(options: never) => new host.OvsPlugin(options), {}],
  TapPlugin: [(options: never) => new host.TapPlugin(options), {}],
  MemoryHost: [(options: never) => new host.MemoryHost(options), {}],
  'LinuxHost.open': [(options: never) => host.LinuxHost.open(options), { netns: '/nowhere' }],
  subscribeOperations: [host.subscribeOperations, ['os-vif:plug'], {}],
  'RemoteHost.connect': [host.RemoteHost.connect, { socket: '/nowhere' }],
  'OsVif.open': [(options: never) => host.OsVif.open(options), { host: memory }],
  serveHelper: [host.serveHelper, { host: memory, clients: { socket: '/nowhere/helper.sock' } }],
  asPrivateGuest: [host.asPrivateGuest, vif],
  isPrivateGuest: [host.isPrivateGuest, vif],
  probeReflectiveRelay: [host.probeReflectiveRelay, memory, 'eth9', {}],
  waitForOvn: [host.waitForOvn, memory, vif, {}],
  plug: [osVif.plug.bind(osVif), vif, guest, {}],
  unplug: [osVif.unplug.bind(osVif), vif, guest, {}],
  check: [osVif.check.bind(osVif), vif, guest, {}],
  plan: [osVif.plan.bind(osVif), vif, guest, {}],
  adopt: [osVif.adopt.bind(osVif), vif, guest, {}],
  graph: [osVif.graph.bind(osVif), vif, guest, {}],
  plugAll: [osVif.plugAll.bind(osVif), [{ vif, instance: guest }], {}],
  unplugAll: [osVif.unplugAll.bind(osVif), [{ vif, instance: guest }], {}],
  collectGarbage: [osVif.collectGarbage.bind(osVif), [vif], {}],
  hostInfo: [osVif.hostInfo.bind(osVif), {}],
  'LinuxBridgePlugin.wire': [(given: never) => new host.LinuxBridgePlugin().wire(given), vif],
  'MacvtapPlugin.wire': [(given: never) => new host.MacvtapPlugin().wire(given), vif],
  'OvsPlugin.wire': [(given: never) => new host.OvsPlugin().wire(given, guest), vif],
  'TapPlugin.wire': [(given: never) => new host.TapPlugin().wire(given, guest), vif],
  adoptableLinks: [host.adoptableLinks, tap, context],
  ensureLink: [host.ensureLink, tap, context],
  inspectLink: [host.inspectLink, tap, context],
  removeLink: [host.removeLink, tap, context],
  defineElement: [host.defineElement, { kind: 'junk:element', ...functions }],
  defineLinkKind: [host.defineLinkKind, { kind: 'junk', attributes: () => [], read: () => ({}) }],
  isDefinedLink: [host.isDefinedLink, tap.link],
  isKernelError: [host.isKernelError, new Error('x'), 'EEXIST'],
  pluginOptionsSchema: [host.pluginOptionsSchema, 'tap'],
  requireNewLink: [host.requireNewLink, tap.link],
  validatePluginOptions: [host.validatePluginOptions, 'tap', {}],

  portWithBinding: [neutron.portWithBinding, port, {}],
  requireUsableAddressing: [neutron.requireUsableAddressing, port, {}],
  validateBinding: [neutron.validateBinding, port],
  validateNetworkInfo: [neutron.validateNetworkInfo, []],
  validatePortBindings: [neutron.validatePortBindings, []],
  vifFromNetworkInfo: [neutron.vifFromNetworkInfo, { id: ID, type: 'tap', network: { id: ID } }],
  sourceGuardOf: [neutron.sourceGuardOf, port],
  vifFromPort: [neutron.vifFromPort, port, { network: { id: ID } }],
  toNetworkXml: [libvirt.toNetworkXml, { name: 'uplink', devices: ['eth0'], mode: 'vepa' }],
  toHostdevXml: [libvirt.toHostdevXml, new model.VIFHostDevice({ devAddress: '0000:03:00.1', devType: 'generic' })],
  toInterfaceXml: [libvirt.toInterfaceXml, vif, { virtType: 'kvm' }],
  graphOf: [picture.graphOf, [], {}],
  toDot: [picture.toDot, graph, {}],
  toMermaid: [picture.toMermaid, graph, {}],
  toSvg: [picture.toSvg, graph, {}],
  toText: [picture.toText, graph, {}],
  memoryTransport: [messaging.memoryTransport, () => {}],
  objectBackportVersions: [messaging.objectBackportVersions, { objinst: vif, object_versions: {} }, {}],
  objectClassVersions: [messaging.objectClassVersions, {}],
  osloTransport: [messaging.osloTransport, noBroker],
  RpcClient: [(options: never) => new messaging.RpcClient(options), rpc],
  'RpcClient.call': [client.call.bind(client), 'ping', {}, { timeout: 5 }],
  'RpcClient.cast': [client.cast.bind(client), 'ping', {}, { timeout: 5 }],
  'RpcClient.fanout': [client.fanout.bind(client), 'ping', {}, { timeout: 5 }],
  'RpcServer.open': [
    (options: never) => messaging.RpcServer.open(options),
    { ...rpc, endpoints: [{ methods: { ping: () => 'pong' } }] },
  ],
  bundleSchema: [schemas.bundleSchema, 'types.json', {}],
  readSchema: [schemas.readSchema, 'types.json'],
  arbitraryObject: [testing.arbitraryObject, model.VIFGeneric, {}],
  arbitraryVIF: [testing.arbitraryVIF, {}],
  checkVersions: [testing.checkVersions, {}, 'os_vif'],
};

/** Functions without arguments, and those of vitest. */
const WITHOUT = ['networkInfoSchema', 'portBindingSchema', 'schemaPaths', 'describeVIFPlugin'];

test('each public function is tested here', () => {
  const all = { ...model, ...host, ...neutron, ...libvirt, ...messaging, ...picture, ...schemas, ...testing };
  const names = Object.entries(all).flatMap(([name, value]) =>
    typeof value === 'function' && !isClass(value) && value.length > 0 ? [name] : [],
  );
  expect(names.length).toBeGreaterThan(30);
  expect(names.filter((name) => !Object.hasOwn(CALLS, name) && !WITHOUT.includes(name))).toEqual([]);
});

test.each(Object.entries(CALLS))('%s refuses junk with an error that has a code', async (_, [call, ...valid]) => {
  for (const [i] of valid.entries())
    for (const [kind, junk] of Object.entries(JUNK)) {
      const failure = await failureOf(call, replaced(valid, i, junk));
      const place = `argument ${i + 1}: ${kind}: ${failure instanceof Error ? failure.stack : failure}`;
      if (failure !== undefined) expect(failure, place).toBeInstanceOf(OsVifError);
      if (failure instanceof OsVifError) expect(failure.code, place).toMatch(/^ERR_OSVIF_[A-Z_]+$/);
    }
});

function replaced(values: readonly unknown[], at: number, value: unknown): unknown[] {
  return values.map((each, i) => (i === at ? value : each));
}

async function failureOf(call: unknown, args: readonly unknown[]): Promise<unknown> {
  if (typeof call !== 'function') throw new Error('the call is no function');
  try {
    const result: unknown = await Reflect.apply(call, undefined, args);
    if (result instanceof host.LinuxHost) await result.close();
    return undefined;
  } catch (error) {
    return error;
  }
}

function isClass(value: object): boolean {
  return /^class\b/.test(Function.prototype.toString.call(value));
}
