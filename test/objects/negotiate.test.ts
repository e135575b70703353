import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { describe, expect, test } from 'vitest';
import { OsVif } from '../../src/entries/host.ts';
import {
  backportFor,
  DatapathOffloadRepresentor,
  HostInfo,
  HostPluginInfo,
  HostPortProfileInfo,
  HostVIFInfo,
  NegotiationError,
  Network,
  negotiate,
  VIFBase,
  VIFBridge,
  VIFGeneric,
  VIFHostDevice,
  VIFOpenVSwitch,
  VIFPortProfileFPTap,
  VIFPortProfileOpenVSwitch,
  VIFPortProfileOVSRepresentor,
  VIFVHostUser,
} from '../../src/entries/index.ts';
import { MemoryHost } from '../../src/host/memory/memory-host.ts';
import { type AtEnd, forAllTests } from '../host/for-all-tests.ts';
import { PEER_MISSING, PYTHON } from '../peer/peer.ts';

const ID = 'dc065497-3c8d-4f44-8fb4-e1d33c16a536';

test('a host that takes the newest versions gets the VIF as it is', () => {
  const vif = ovsVif();
  const info = hostTaking('VIFOpenVSwitch', '1.0', { VIFPortProfileOpenVSwitch: ['1.0', '1.4'] });
  expect(negotiate(vif, info)).toEqual(vif.toPrimitive());
});

test('VIF and profile each go to the newest version that the host takes', () => {
  const vif = new VIFVHostUser({
    ...base(),
    vifName: 'vhu1',
    path: '/run/vhu1',
    mode: 'client',
    portProfile: profile(),
  });
  const info = hostTaking('VIFVHostUser', '1.0', { VIFPortProfileOpenVSwitch: ['1.0', '1.3'] });
  const negotiated = negotiate(vif, info);
  expect(negotiated['versioned_object.version']).toBe('1.0');
  expect(negotiated['versioned_object.data']).not.toHaveProperty('vif_name');
  expect(negotiated['versioned_object.data'].port_profile).toMatchObject({
    'versioned_object.version': '1.3',
    'versioned_object.data': { create_port: true, datapath_type: 'netdev' },
  });
  expect(negotiated['versioned_object.data'].port_profile).not.toHaveProperty(['versioned_object.data', 'create_tap']);
});

test('a datapath offload is left out of a profile from before there were any', () => {
  const negotiated = negotiate(
    representorVif(),
    hostTaking('VIFHostDevice', '1.0', { VIFPortProfileOVSRepresentor: ['1.0', '1.0'] }),
  );
  expect(negotiated['versioned_object.data'].port_profile).toMatchObject({
    'versioned_object.version': '1.0',
    'versioned_object.data': { representor_name: 'tap1', representor_address: '0000:0a:00.1' },
  });
  expect(JSON.stringify(negotiated)).not.toContain('DatapathOffload');
});

test('a third part of a version does not stand in the way', () => {
  const info = hostTaking('VIFOpenVSwitch', '1.0.7', { VIFPortProfileOpenVSwitch: ['1.0.0', '1.3.1'] });
  expect(negotiate(ovsVif(), info)['versioned_object.data'].port_profile).toMatchObject({
    'versioned_object.version': '1.3',
  });
});

test('a host from before port profiles were described is given their first version', () => {
  const vifInfo = new HostVIFInfo({ vifObjectName: 'VIFOpenVSwitch', minVersion: '1.0', maxVersion: '1.0' });
  const info = new HostInfo({ pluginInfo: [new HostPluginInfo({ pluginName: 'ovs', vifInfo: [vifInfo] })] });
  expect(negotiate(ovsVif(), info)['versioned_object.data'].port_profile).toMatchObject({
    'versioned_object.version': '1.0',
  });
});

describe('what the host lacks is named', () => {
  const info = hostTaking('VIFOpenVSwitch', '1.0', { VIFPortProfileOpenVSwitch: ['1.2', '1.9'] });
  const other = new VIFPortProfileOVSRepresentor({ interfaceId: ID });
  test.each([
    ['a plugin', ovsVif({ plugin: 'vrouter' }), /the host has no plugin vrouter; it has ovs/],
    [
      'a VIF class',
      new VIFBridge({ ...base(), vifName: 'tap1' }),
      /plugin ovs takes no VIFBridge; it takes VIFOpenVSwitch/,
    ],
    [
      'a profile',
      ovsVif({ portProfile: other }),
      /takes no VIFOpenVSwitch with a VIFPortProfileOVSRepresentor.*takes: VIFPortProfileOpenVSwitch/,
    ],
    [
      'a version',
      ovsVif({ portProfile: oldProfile() }),
      /takes VIFPortProfileOpenVSwitch from 1\.2 to 1\.9, but this object has version 1\.0/,
    ],
  ])('%s', (_, vif, message) => {
    expect(() => negotiate(vif, info)).toThrow(NegotiationError);
    expect(() => negotiate(vif, info)).toThrow(message);
  });

  test('a major version that we do not write', () => {
    const ahead = hostTaking('VIFOpenVSwitch', '2.0', {}, '2.0');
    expect(() => negotiate(ovsVif(), ahead)).toThrow(/from 2\.0 to 2\.0, but this object has version 1\.0/);
  });
});

test('every VIF that our own plugins describe can be negotiated with them', async () => {
  await using osVif = await OsVif.open({ host: new MemoryHost() });
  const info = HostInfo.fromPrimitive(JSON.parse(JSON.stringify(osVif.hostInfo())));
  const described = (info.pluginInfo ?? []).flatMap(({ pluginName, vifInfo = [] }) =>
    vifInfo.map(({ vifObjectName = '' }) => ({ plugin: pluginName ?? '', name: vifObjectName })),
  );
  expect(described.length).toBeGreaterThan(3);
  for (const { plugin, name } of described) {
    expect(negotiate(VIFBase.fromPlain({ type: name, id: ID, plugin }), info)).toMatchObject({
      'versioned_object.name': name,
    });
  }
});

test('our plugin for Open vSwitch is sent all that it knows what to do with', async () => {
  await using osVif = await OsVif.open({ host: new MemoryHost() });
  const info = HostInfo.fromPrimitive(osVif.hostInfo().toPrimitive());
  for (const vif of [ovsVif(), representorVif()]) expect(negotiate(vif, info)).toEqual(vif.toPrimitive());
});

test('the tap plugin takes the profile that a TAP has its host-side address in', async () => {
  await using osVif = await OsVif.open({ host: new MemoryHost() });
  const portProfile = new VIFPortProfileFPTap({ macAddress: '00:61:fe:ed:ca:fe' });
  const vif = new VIFGeneric({ ...base(), plugin: 'tap', vifName: 'tap1', portProfile });
  expect(negotiate(vif, osVif.hostInfo())).toEqual(vif.toPrimitive());
});

describe.skipIf(PEER_MISSING !== undefined)(`with Python os-vif${PEER_MISSING ? `: ${PEER_MISSING}` : ''}`, () => {
  const python = forAllTests(startPython);
  /** What Python makes of a primitive, as a primitive. */
  const made = async (given: unknown, code = 'Base.obj_from_primitive(given)'): Promise<unknown> => {
    const { result, error } = await python()(given, code);
    if (error !== undefined) throw new Error(error.class);
    return result;
  };

  test('what its host info asks for, it reads, profile included', async () => {
    const info = HostInfo.fromPrimitive(await made(null, 'os_vif.host_info()'));
    for (const vif of [ovsVif(), representorVif()]) {
      const negotiated = negotiate(vif, info);
      expect(VIFBase.fromPrimitive(await made(negotiated)).equals(VIFBase.fromPrimitive(negotiated))).toBe(true);
    }
  });

  test('without negotiation it could not read the profile', async () => {
    await expect(made(ovsVif().toPrimitive())).rejects.toThrow(/IncompatibleObjectVersion/);
  });

  test('it reads the VIF after its refusal with every field that is set', async () => {
    const vif = ovsVif({ portProfile: new VIFPortProfileOpenVSwitch({ interfaceId: ID, createPort: true }) });
    const { error } = await python()(vif.toPrimitive(), 'Base.obj_from_primitive(given)');
    const backported = backportFor(error, vif, { onLoss: 'refuse' });
    expect(await made(backported)).toMatchObject({
      'versioned_object.data': { port_profile: { 'versioned_object.data': { create_port: true } } },
    });
  });

  test('it reads our host info, and filters it as we do', async () => {
    await using osVif = await OsVif.open({ host: new MemoryHost() });
    const filter = '(i := Base.obj_from_primitive(given)).filter_vif_types(["VIFBridge"]) or i';
    const theirs = HostInfo.fromPrimitive(await made(osVif.hostInfo().toPrimitive(), filter));
    expect(theirs.toPlain()).toEqual(osVif.hostInfo({ permittedVifTypes: ['VIFBridge'] }).toPlain());
  });
});

/** Evaluates an expression for each line, with the primitive `given`. An error is written as oslo.messaging does. */
const EVALUATE = `
import json, os_vif, sys
from os_vif.objects.base import VersionedObject as Base
os_vif.initialize()
for line in sys.stdin:
    request = json.loads(line)
    names = {'os_vif': os_vif, 'Base': Base, 'given': request['given']}
    try: answer = {'result': eval(request['code'], names).obj_to_primitive()}
    except Exception as e: answer = {'error': {'class': type(e).__name__, 'kwargs': getattr(e, 'kwargs', {})}}
    print(json.dumps(answer), flush=True)
`;

interface Evaluated {
  readonly result?: unknown;
  readonly error?: { readonly class: string };
}

async function startPython(atEnd: AtEnd): Promise<(given: unknown, code: string) => Promise<Evaluated>> {
  const child = spawn(PYTHON, ['-W', 'ignore', '-c', EVALUATE], { stdio: ['pipe', 'pipe', 'inherit'] });
  atEnd(() => child.kill());
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return async (given, code) => {
    child.stdin.write(`${JSON.stringify({ given, code })}\n`);
    return JSON.parse((await answers.next()).value);
  };
}

function hostTaking(
  vifObjectName: string,
  maxVersion: string,
  profiles: Readonly<Record<string, readonly [string, string]>>,
  minVersion = '1.0',
): HostInfo {
  const supportedPortProfiles = Object.entries(profiles).map(
    ([profileObjectName, [min, max]]) =>
      new HostPortProfileInfo({ profileObjectName, minVersion: min, maxVersion: max }),
  );
  const vifInfo = [new HostVIFInfo({ vifObjectName, minVersion, maxVersion, supportedPortProfiles })];
  return new HostInfo({ pluginInfo: [new HostPluginInfo({ pluginName: 'ovs', vifInfo })] });
}

function base() {
  const network = new Network({ id: 'b82c1929-051e-481d-8110-4669916c7915', bridge: 'br-int', mtu: 1450 });
  return { id: ID, plugin: 'ovs', address: 'fa:16:3e:00:00:01', network };
}

function profile(): VIFPortProfileOpenVSwitch {
  return new VIFPortProfileOpenVSwitch({ interfaceId: ID, datapathType: 'netdev', createPort: true, createTap: true });
}

/** One that a peer wrote long ago. */
function oldProfile(): VIFPortProfileOpenVSwitch {
  return VIFPortProfileOpenVSwitch.fromPrimitive(profile().toPrimitive({ targetVersion: '1.0' }));
}

function ovsVif(values: Partial<ConstructorParameters<typeof VIFOpenVSwitch>[0]> = {}): VIFOpenVSwitch {
  return new VIFOpenVSwitch({ ...base(), vifName: 'tap1', bridgeName: 'br-int', portProfile: profile(), ...values });
}

function representorVif(): VIFHostDevice {
  const representor = { representorName: 'tap1', representorAddress: '0000:0a:00.1' };
  const datapathOffload = new DatapathOffloadRepresentor(representor);
  const portProfile = new VIFPortProfileOVSRepresentor({ interfaceId: ID, ...representor, datapathOffload });
  return new VIFHostDevice({ ...base(), devType: 'ethernet', devAddress: '0000:0a:00.1', portProfile });
}
