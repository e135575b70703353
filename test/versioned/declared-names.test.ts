/** The declared name of a class, where a minifier has renamed the class, and where several namespaces have the name. */
import { afterEach, expect, test } from 'vitest';
import { TapPlugin } from '../../src/entries/host.ts';
import {
  type FieldValues,
  field,
  Network,
  objectOf,
  string,
  VersionedObject,
  VIFBase,
  VIFBridge,
  VIFGeneric,
  validate,
  versionedObject,
} from '../../src/entries/index.ts';
import { graphOf } from '../../src/entries/picture.ts';
import { compileSchema } from '../../src/versioned/validation/compile-schema.ts';
import { ID } from './builders.ts';

const NAMES = [VIFBase, VIFBridge, VIFGeneric, Network].map((objectClass) => [objectClass, objectClass.name] as const);

afterEach(() => {
  for (const [objectClass, name] of NAMES) Object.defineProperty(objectClass, 'name', { value: name });
});

test('messages and captions have the declared name', () => {
  for (const [objectClass] of NAMES) Object.defineProperty(objectClass, 'name', { value: '$e' });
  const vif = new VIFBridge({ id: ID, vifName: 'tap0' });
  expect(() => VIFGeneric.fromPrimitive(vif.toPrimitive())).toThrow(
    'expected VIFGeneric or a subclass of it, found VIFBridge',
  );
  expect(() => new VIFBridge({ network: vif as unknown as Network })).toThrow(
    'VIFBridge.network: expected an object of class Network',
  );
  expect(() => new TapPlugin().wire(vif)).toThrow(/VIFBridge.*VIFGeneric|VIFGeneric.*VIFBridge/);
  expect(graphOf([], { vif }).title).toContain('VIFBridge');
});

@versionedObject({ name: 'Network', namespace: 'acme-names-b', version: '1.0' })
class OtherNetwork extends VersionedObject {
  @field(string()) label?: string;

  constructor(values: FieldValues<OtherNetwork> = {}) {
    super(values);
  }
}

@versionedObject({ name: 'VIFGeneric', namespace: 'acme-names-b', version: '1.0' })
class OtherGeneric extends VIFBase {}

@versionedObject({ name: 'Port', namespace: 'acme-names-b', version: '1.0' })
class Port extends VersionedObject {
  @field(objectOf(OtherNetwork)) network?: OtherNetwork;
  @field(objectOf(VIFBase, { subclasses: true })) vif?: VIFBase;

  constructor(values: FieldValues<Port> = {}) {
    super(values);
  }
}

test('a name in several namespaces is validated by the namespace', async () => {
  const vifs = [new VIFGeneric({ vifName: 'tap0' }), new OtherGeneric({ plugin: 'acme' })];
  for (const vif of vifs) {
    const port = new Port({ network: new OtherNetwork({ label: 'a' }), vif });
    expect(await validate(port.toPrimitive())).toEqual([]);
  }
  const other = new Port({ vif: new OtherGeneric() }).toPrimitive();
  Object.assign(Object(other['versioned_object.data'].vif)['versioned_object.data'], { vif_name: 'tap0' });
  expect(await validate(other)).toEqual([
    {
      path: '/versioned_object.data/vif/versioned_object.data/vif_name',
      message: expect.stringContaining('no such name'),
    },
  ]);
  const check = await compileSchema(Port.jsonSchema('1.0', { form: 'plain' }));
  expect(check(new Port({ network: new OtherNetwork({ label: 'a' }), vif: vifs[0] }).toPlain())).toEqual({
    violations: [],
    more: 0,
  });
});

test('a name in several namespaces is that of the field in the plain form', () => {
  const port = new Port({ network: new OtherNetwork({ label: 'a' }), vif: new VIFGeneric({ vifName: 'tap0' }) });
  const read = Port.fromPlain(JSON.parse(JSON.stringify(port.toPlain())));
  expect(read.network).toBeInstanceOf(OtherNetwork);
  expect(read.vif).toBeInstanceOf(VIFGeneric);
  expect(new OtherGeneric()).not.toBeInstanceOf(VIFGeneric);
  expect(read.equals(port)).toBe(true);
  expect(OtherNetwork.fromPlain({ type: 'Network', label: 'a' })).toBeInstanceOf(OtherNetwork);
  expect(Network.fromPlain({ type: 'Network', label: 'a' })).toBeInstanceOf(Network);
  expect(() => VersionedObject.fromPlain({ type: 'Network' })).toThrow('name the namespace');
});
