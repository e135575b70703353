import { describe, expect, test } from 'vitest';
import {
  defineObject,
  FieldValueError,
  FixedIP,
  HostVIFInfo,
  IncompatibleVersionError,
  string,
  VersionedObject,
  VIFBridge,
} from '../../../src/entries/index.ts';
import { bridge, ID, network } from '../builders.ts';

const NAME = 'versioned_object.name';
const NAMESPACE = 'versioned_object.namespace';
const VERSION = 'versioned_object.version';
const DATA = 'versioned_object.data';
const CHANGES = 'versioned_object.changes';

const vif = () => new VIFBridge({ id: ID, vifName: 'tap0' }).toPrimitive();
const read = (values: object) => VersionedObject.fromPrimitive({ ...vif(), ...values });

describe('what is wrong with an envelope is said of its key', () => {
  test.each([
    [NAME, 5, 'an object name'],
    [NAME, undefined, 'an object name'],
    [NAMESPACE, null, 'a namespace'],
    [VERSION, 1, 'a version such as 1.0'],
  ])('%s is %j', (key, value, expected) => {
    const act = () => read({ [key]: value });
    expect(act).toThrow(FieldValueError);
    expect(act).toThrow(expect.objectContaining({ path: key, objectName: '', expected, value }));
  });

  test.each([
    [DATA, [], 'an object of fields'],
    [DATA, undefined, 'an object of fields'],
    [CHANGES, 'id', 'an array of field names'],
    [CHANGES, null, 'an array of field names'],
    [CHANGES, ['id', 5], 'the name of a field'],
  ])('and of the object, where it is known: %s is %j', (key, value, expected) => {
    const act = () => read({ [key]: value });
    expect(act).toThrow(FieldValueError);
    expect(act).toThrow(expect.objectContaining({ path: key, objectName: 'VIFBridge', expected }));
  });

  test('what is no object at all is told from one', () => {
    for (const value of [null, undefined, 5, []])
      expect(() => VersionedObject.fromPrimitive(value)).toThrow(
        expect.objectContaining({ path: '', expected: 'a versioned object in its primitive form' }),
      );
  });
});

describe('the third part of a version is passed over', () => {
  test.each([
    ['1.0.1', '1.0'],
    ['1.1.12', '1.1'],
    ['1.1', '1.1'],
    ['1.0', '1.0'],
  ])('%s is read as %s', (version, expected) => {
    expect(HostVIFInfo.fromPrimitive({ ...new HostVIFInfo().toPrimitive(), [VERSION]: version }).version).toBe(
      expected,
    );
    const child = { ...network().toPrimitive(), [VERSION]: version };
    expect(VIFBridge.fromPrimitive({ ...vif(), [DATA]: { network: child } }).network?.version).toBe(expected);
  });

  test.each(['1.0.0.0', 'x1.0.0', '1.0.0x', '1.0.01', '10.0.0', '1.10.0', '1.1.1234567890'])('%s is not', (version) => {
    expect(() => read({ [VERSION]: version })).toThrow(IncompatibleVersionError);
  });
});

describe('the changes of a sender', () => {
  const changesAfter = (changes: unknown, data: object = { id: ID, vif_name: 'tap0' }) =>
    read({ [DATA]: data, [CHANGES]: changes }).changes;

  test('are read each for itself, whatever came before', () => {
    expect(changesAfter(['id'])).toEqual(['id']);
    expect(changesAfter(['id', 'vif_name'])).toEqual(['id', 'vifName']);
    expect(changesAfter(['vif_name', 'id'])).toEqual(['id', 'vifName']);
    expect(changesAfter(['vif_name'])).toEqual(['vifName']);
    expect(changesAfter(['id'])).toEqual(['id']);
    expect(changesAfter([])).toEqual([]);
    expect(changesAfter(undefined)).toEqual([]);
  });

  test('that name what is not set lose just that, and the next sender loses nothing', () => {
    expect(changesAfter(['id', 'vif_name'], { id: ID })).toEqual(['id']);
    expect(changesAfter(['id', 'vif_name'], { vif_name: 'tap0' })).toEqual(['vifName']);
    expect(changesAfter(['id', 'vif_name'])).toEqual(['id', 'vifName']);
    expect(read({ [DATA]: { id: ID }, [CHANGES]: ['vif_name', 'id'] }).toPrimitive()[CHANGES]).toEqual(['id']);
  });

  test('go out in the order in which they came', () => {
    expect(read({ [CHANGES]: ['vif_name', 'nope', 'id', 'vif_name'] }).toPrimitive()[CHANGES]).toEqual([
      'vif_name',
      'id',
    ]);
  });
});

test('an object of one class does not stand in for another that is read at the same place', () => {
  const one = bridge().toPrimitive();
  const other = { ...one, [DATA]: { ...one[DATA], network: new FixedIP().toPrimitive() } };
  expect(VIFBridge.fromPrimitive(one).network?.label).toBe('private');
  expect(() => VIFBridge.fromPrimitive(other)).toThrow('expected an object of class Network, found "FixedIP"');
  expect(VIFBridge.fromPrimitive(one).network?.label).toBe('private');
});

test('null becomes the default of a field that may not be null, and where there is none is refused', () => {
  expect(VIFBridge.fromPrimitive({ ...vif(), [DATA]: { active: null } }).active).toBe(true);
  expect(VIFBridge.fromPrimitive({ ...vif(), [DATA]: { address: null } }).address).toBeNull();
  expect(() => read({ [DATA]: { id: null } })).toThrow('VIFBridge.id: expected a value, null is none here, found null');
});

test('undefined, which JSON does not have, is no value of a field', () => {
  const object = VIFBridge.fromPrimitive({ ...vif(), [DATA]: { id: ID, vif_name: undefined, network: undefined } });
  expect([object.isSet('id'), object.isSet('vifName'), object.isSet('network')]).toEqual([true, false, false]);
});

describe('changes from the wire', () => {
  const withChanges = (...changes: string[]) => read({ [CHANGES]: changes });

  test('are those of known fields that are set', () => {
    expect(withChanges('vif_name', 'plugin', 'no_such_field', 'vif_name', 'id').changes).toEqual(['id', 'vifName']);
  });

  test('are those of the moment of reading, although a field is set later', () => {
    const object = VIFBridge.fromPrimitive({ ...vif(), [CHANGES]: ['plugin', 'vif_name'] });
    object.plugin = 'linux_bridge';
    object.resetChanges({ fields: ['plugin'] });
    object.unset('vifName');
    object.vifName = 'tap1';
    expect(object.toPrimitive()[CHANGES]).toEqual(['vif_name']);
  });

  test('are the same in a list with more names than the class has fields', () => {
    const many = Array.from({ length: 1000 }, (_, i) => `unknown_${i}`);
    expect(withChanges(...many, 'vif_name', 'vif_name', 'plugin', ...many, 'id').changes).toEqual(['id', 'vifName']);
    const written = withChanges(...many, 'vif_name', 'id', 'vif_name').toPrimitive();
    expect(written[CHANGES]).toEqual(['vif_name', 'id']);
  });

  test('do not follow the array of the caller', () => {
    const changes = ['id'];
    const object = read({ [CHANGES]: changes });
    changes.push('vif_name');
    expect(object.changes).toEqual(['id']);
  });
});

describe('the class that reads', () => {
  test('follows the version and the class of each object', () => {
    const old = { ...new HostVIFInfo({ vifObjectName: 'VIFBridge' }).toPrimitive(), [VERSION]: '1.0' };
    expect(HostVIFInfo.fromPrimitive(old).version).toBe('1.0');
    expect(HostVIFInfo.fromPrimitive({ ...old, [VERSION]: '1.1' }).version).toBe('1.1');
    expect(HostVIFInfo.fromPrimitive({ ...old, [VERSION]: '1.0.3' }).version).toBe('1.0');
    expect(VersionedObject.fromPrimitive(vif()).type).toBe('VIFBridge');
    expect(VersionedObject.fromPrimitive(old).type).toBe('HostVIFInfo');
  });

  test('is one that is declared later, if it is nearer to the version', () => {
    const declare = (version: string) =>
      defineObject({ name: 'DeclaredLater', namespace: 'later', version, fields: {} });
    const Newer = declare('1.2');
    const primitive = { ...new Newer().toPrimitive(), [VERSION]: '1.1' };
    expect(VersionedObject.fromPrimitive(primitive)).toBeInstanceOf(Newer);
    const Nearer = declare('1.1');
    expect(VersionedObject.fromPrimitive(primitive)).toBeInstanceOf(Nearer);
  });

  test('keeps its constructor and its private members', () => {
    class Counted extends defineObject({
      name: 'Counted',
      namespace: 'later',
      version: '1.0',
      fields: { label: string() },
    }) {
      readonly #greeting = 'hello';

      greet(): string {
        return `${this.#greeting} ${this.label}`;
      }
    }
    const read = Counted.fromPrimitive(new Counted({ label: 'you' }).toPrimitive());
    expect([read.greet(), read.clone().greet()]).toEqual(['hello you', 'hello you']);
  });

  test.each([[['vif_name', 'id', 'plugin']], [['plugin', 'no_such', 'id', 'vif_name']], [['id']]])(
    'reads fields in any order: %j',
    (order) => {
      const values: Record<string, unknown> = { vif_name: 'tap0', id: ID, plugin: 'noop', no_such: 1 };
      const data = Object.fromEntries(order.map((name) => [name, values[name]]));
      const written = read({ [DATA]: data }).toPrimitive()[DATA];
      const { no_such: _, ...known } = data;
      expect(written).toEqual(known);
    },
  );
});
