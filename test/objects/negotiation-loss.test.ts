/** What a negotiated VIF loses, and the backport after the reply of a peer. */
import { describe, expect, test } from 'vitest';
import { ArgumentError } from '../../src/entries/errors.ts';
import {
  backportFor,
  type DroppedField,
  HostInfo,
  IncompatibleVersionError,
  NegotiationError,
  NegotiationLossError,
  Network,
  negotiate,
  type Primitive,
  VersionedObject,
  VIFOpenVSwitch,
  VIFPortProfileOpenVSwitch,
} from '../../src/entries/index.ts';

const ID = 'dc065497-3c8d-4f44-8fb4-e1d33c16a536';

describe('negotiate', () => {
  test('tells the set fields that a host with first versions of profiles cannot get', () => {
    const reports: (readonly DroppedField[])[] = [];
    const negotiated = negotiate(vif(), hostUpTo('1.0'), { onLoss: (dropped) => reports.push(dropped) });
    const common = { object: 'VIFPortProfileOpenVSwitch', version: '1.0' };
    expect(reports).toEqual([
      [
        { ...common, path: 'port_profile.datapath_type', value: 'netdev' },
        { ...common, path: 'port_profile.create_port', value: true },
      ],
    ]);
    expect(negotiated).toEqual(negotiate(vif(), hostUpTo('1.0')));
    expect(dataOfProfile(negotiated)).toEqual({ interface_id: ID });
  });

  test('refuses to leave out a field, and names each with its path', () => {
    const refused = () => negotiate(vif(), hostUpTo('1.0'), { onLoss: 'refuse' });
    expect(refused).toThrow(NegotiationLossError);
    expect(refused).toThrow(NegotiationError);
    expect(refused).toThrow(/port_profile\.create_port \(not in VIFPortProfileOpenVSwitch 1\.0\)/);
    expect(refused).toThrow(
      expect.objectContaining({
        code: 'ERR_OSVIF_NEGOTIATION_LOSS',
        dropped: [
          expect.objectContaining({ path: 'port_profile.datapath_type' }),
          expect.objectContaining({ path: 'port_profile.create_port' }),
        ],
      }),
    );
  });

  test('reports and refuses nothing where the versions have every set field', () => {
    const onLoss = () => expect.unreachable();
    for (const option of [onLoss, 'refuse'] as const) {
      const negotiated = negotiate(vif(), hostUpTo('1.3'), { onLoss: option });
      expect(dataOfProfile(negotiated)).toEqual({ interface_id: ID, datapath_type: 'netdev', create_port: true });
    }
  });

  test('passes on the error of the function', () => {
    const onLoss = ([first]: readonly DroppedField[]) => {
      throw new RangeError(first?.path);
    };
    expect(() => negotiate(vif(), hostUpTo('1.0'), { onLoss })).toThrow(RangeError);
  });

  test.each([
    [{ onLos: 'refuse' }, /no option "onLos", did you mean onLoss/],
    [{ onLoss: 'fail' }, /onLoss: expected drop, refuse or a function, found "fail"/],
  ])('refuses the options %j', (options: object, message) => {
    expect(() => negotiate(vif(), hostUpTo('1.4'), options)).toThrow(ArgumentError);
    expect(() => negotiate(vif(), hostUpTo('1.4'), options)).toThrow(message);
  });
});

describe('backportFor', () => {
  test('brings the class that the peer refused to the version that it supports, and no other', () => {
    const written = backportFor(refusal('VIFPortProfileOpenVSwitch', '1.3'), vif());
    expect(written).toMatchObject({
      'versioned_object.data': {
        network: { 'versioned_object.version': '1.1' },
        port_profile: { 'versioned_object.version': '1.3' },
      },
    });
    expect(dataOfProfile(written)).toEqual({ interface_id: ID, datapath_type: 'netdev', create_port: true });
  });

  test('keeps the result of one refusal in the next', () => {
    const once = backportFor(refusal('VIFPortProfileOpenVSwitch', '1.3'), vif());
    const twice = backportFor(refusal('Network', '1.0'), once);
    expect(twice).toMatchObject({
      'versioned_object.data': {
        network: { 'versioned_object.version': '1.0' },
        port_profile: { 'versioned_object.version': '1.3' },
      },
    });
    expect(JSON.stringify(twice)).not.toContain('"mtu":');
  });

  test('never writes an object in a newer version than it has', () => {
    const old = VersionedObject.fromPrimitive(vif().toPrimitive({ versionManifest: { VIFPortProfileBase: '1.0' } }));
    expect(backportFor(refusal('Network', '1.0'), old)).toMatchObject({
      'versioned_object.data': { port_profile: { 'versioned_object.version': '1.0' } },
    });
  });

  test('takes the error of this library, with all versions that the peer supports', () => {
    const error = new IncompatibleVersionError('VIFPortProfileOpenVSwitch', '1.4', ['1.0', '1.2', '2.3', '1.9']);
    expect(backportFor(error, vif())).toMatchObject({
      'versioned_object.data': { port_profile: { 'versioned_object.version': '1.2' } },
    });
  });

  test('a third part of the version is dropped', () => {
    expect(backportFor(refusal('VIFPortProfileOpenVSwitch', '1.3.7'), vif())).toMatchObject({
      'versioned_object.data': { port_profile: { 'versioned_object.version': '1.3' } },
    });
  });

  test('reports and refuses loss as negotiate does', () => {
    const error = refusal('VIFPortProfileOpenVSwitch', '1.2');
    const lost: string[] = [];
    backportFor(error, vif(), { onLoss: (dropped) => lost.push(...dropped.map(({ path }) => path)) });
    expect(lost).toEqual(['port_profile.create_port']);
    expect(() => backportFor(error, vif(), { onLoss: 'refuse' })).toThrow(NegotiationLossError);
  });

  test.each([
    ['a class that the object does not hold', refusal('Subnet', '1.0'), NegotiationError, /contains no such object/],
    [
      'a version that the object already has',
      refusal('Network', '1.1'),
      NegotiationError,
      /supports Network 1\.1; expected an older version than 1\.1/,
    ],
    ['another major version', refusal('Network', '0.9'), NegotiationError, /supports Network 0\.9/],
    ['what is no version', refusal('Network', 'x'), NegotiationError, /supports Network x/],
    ['another error', new Error('timeout'), ArgumentError, /expected the error IncompatibleObjectVersion/],
    ['no error', undefined, ArgumentError, /found undefined/],
  ])('refuses %s', (_, error, errorClass, message) => {
    expect(() => backportFor(error, vif())).toThrow(errorClass);
    expect(() => backportFor(error, vif())).toThrow(message);
  });
});

/** The reply of a Python peer, as oslo.messaging writes a failure. */
function refusal(objname: string, supported: string) {
  return {
    class: 'IncompatibleObjectVersion',
    module: 'oslo_versionedobjects.exception',
    kwargs: { objname, objver: '1.4', supported, code: 500 },
  };
}

function vif(): VIFOpenVSwitch {
  return new VIFOpenVSwitch({
    id: ID,
    plugin: 'ovs',
    network: new Network({ bridge: 'br-int', mtu: 1450 }),
    portProfile: new VIFPortProfileOpenVSwitch({ interfaceId: ID, createPort: true, datapathType: 'netdev' }),
  });
}

function hostUpTo(maxVersion: string): HostInfo {
  const profile = { profileObjectName: 'VIFPortProfileOpenVSwitch', minVersion: '1.0', maxVersion };
  const supportedPortProfiles = [profile];
  const vifInfo = [{ vifObjectName: 'VIFOpenVSwitch', minVersion: '1.0', maxVersion: '1.0', supportedPortProfiles }];
  return new HostInfo({ pluginInfo: [{ pluginName: 'ovs', vifInfo }] });
}

function dataOfProfile({ 'versioned_object.data': { port_profile } }: Primitive): unknown {
  return Object(port_profile)['versioned_object.data'];
}
