import { describe, expect, test } from 'vitest';
import {
  classFor,
  DeclarationError,
  type FieldValues,
  field,
  IncompatibleVersionError,
  Network,
  objectClasses,
  string,
  UnsupportedObjectError,
  VersionedObject,
  VIFBase,
  VIFBridge,
  versionedObject,
} from '../../src/entries/index.ts';

const acme = (version: string, name?: string) =>
  versionedObject({ namespace: 'acme-tests', version, ...(name && { name }) });

describe('a declaration is refused', () => {
  test('where a class field hides the accessor, and says what to do', () => {
    expect(() => {
      @acme('1.0', 'Shadowed')
      class Shadowed extends VersionedObject {
        @field(string()) name?: string;

        constructor(values: FieldValues<Shadowed> = {}) {
          super(values);
          // What a compiler with useDefineForClassFields makes of the declaration above.
          Object.defineProperty(this, 'name', {
            value: undefined,
            writable: true,
            enumerable: true,
            configurable: true,
          });
        }
      }
      return Shadowed;
    }).toThrow(/Shadowed\.name is hidden by a class field.*"useDefineForClassFields": false.*declare name/);
    expect(() => classFor('Shadowed', '1.0')).toThrow(UnsupportedObjectError);
  });

  test.each(['type', 'version', 'changes', 'clone', 'toJSON', 'isSet'])(
    'where a field is named %s, as every object has',
    (name) => {
      class Clash extends VersionedObject {}
      Reflect.apply(field(string()), undefined, [Clash.prototype, name]);
      expect(() => acme('1.0', 'Clash')(Clash)).toThrow(DeclarationError);
    },
  );

  test.each(['VifName', 'vif_name', 'IDs', '_a'])('where the wire name of %s could not be told back', (name) => {
    class Named extends VersionedObject {}
    const declare = () => {
      Reflect.apply(field(string()), undefined, [Named.prototype, name]);
      acme('1.0', 'Named')(Named);
    };
    expect(declare).toThrow(DeclarationError);
  });

  test('where a field came with a later version than the class has, or with none at all', () => {
    class Late extends VersionedObject {}
    Reflect.apply(field(string(), { since: '1.2' }), undefined, [Late.prototype, 'name']);
    expect(() => acme('1.1', 'Late')(Late)).toThrow('name has since 1.2, but the version is 1.1');
    expect(() => Reflect.apply(field(string(), { since: 'new' }), undefined, [Late.prototype, 'other'])).toThrow(
      'since must be a version such as 1.1',
    );
  });

  test('where the same version of a name is there already', () => {
    const declare = () => {
      class Twice extends VersionedObject {}
      acme('1.0', 'Twice')(Twice);
    };
    declare();
    expect(declare).toThrow('acme-tests has Twice 1.0 already; a change needs a new version');
  });

  test('where the version is none', () => {
    class Odd extends VersionedObject {}
    expect(() => acme('one', 'Odd')(Odd)).toThrow('version must be a version such as 1.0');
  });

  test('where the class was never decorated, at the first use', () => {
    class Bare extends VersionedObject {}
    expect(() => new Bare()).toThrow('Bare needs the @versionedObject decorator');
    expect(() => Bare.fingerprint()).toThrow('Bare needs the @versionedObject decorator');
  });
});

describe('the registry', () => {
  @versionedObject({ name: 'Device', namespace: 'acme-registry', version: '1.2' })
  class Device12 extends VersionedObject {
    @field(string()) name?: string;
  }
  @versionedObject({ name: 'Device', namespace: 'acme-registry', version: '1.4' })
  class Device14 extends VersionedObject {
    @field(string()) name?: string;
    @field(string(), { since: '1.4' }) serial?: string;
  }
  @versionedObject({ name: 'Device', namespace: 'acme-registry', version: '2.0' })
  class Device20 extends VersionedObject {
    @field(string()) label?: string;
  }

  test.each([
    ['1.0', Device14],
    ['1.2', Device12],
    ['1.3', Device14],
    ['1.4', Device14],
    ['2.0', Device20],
  ] as const)('finds the class of version %s itself, else the newest that can read it', (version, expected) => {
    expect(classFor('Device', version)).toBe(expected);
  });

  test('a version that no class can read is refused with what can be read', () => {
    expect(() => classFor('Device', '1.5')).toThrow(IncompatibleVersionError);
    expect(() => classFor('Device', '3.0')).toThrow('Device "3.0" cannot be read here, up to 2.0 and 1.4 and 1.2 can');
  });

  test('reads an object into the class of its version', () => {
    const read = VersionedObject.fromPrimitive(new Device12().toPrimitive());
    expect(read).toBeInstanceOf(Device12);
  });

  test('lists the classes of a namespace, newest first', () => {
    expect(objectClasses('acme-registry').get('Device')).toEqual([Device20, Device14, Device12]);
    expect([...objectClasses('nobody')]).toEqual([]);
  });

  test('keeps the same name in two namespaces apart, and asks which is meant', () => {
    @versionedObject({ name: 'VIFBridge', namespace: 'acme-registry', version: '1.0' })
    class OtherBridge extends VersionedObject {}
    expect(classFor('VIFBridge', '1.0', 'os_vif')).toBe(VIFBridge);
    expect(classFor('VIFBridge', '1.0', 'acme-registry')).toBe(OtherBridge);
    expect(() => classFor('VIFBridge', '1.0')).toThrow('both have VIFBridge: name the namespace');
    expect(VersionedObject.fromPrimitive(new OtherBridge().toPrimitive())).toBeInstanceOf(OtherBridge);
    expect(VersionedObject.fromPrimitive(new VIFBridge().toPrimitive())).toBeInstanceOf(VIFBridge);
    expect(VIFBridge.fromPlain({ type: 'VIFBridge', vif_name: 'a' })).toBeInstanceOf(VIFBridge);
  });

  test("reads a plain form's children into the namespace of the field that holds them", () => {
    @versionedObject({ name: 'Network', namespace: 'acme-registry', version: '1.9' })
    class OtherNetwork extends VersionedObject {}
    const vif = VIFBridge.fromPlain({ network: { type: 'Network', label: 'a' } });
    expect(vif.network).toBeInstanceOf(Network);
    expect(vif.network).not.toBeInstanceOf(OtherNetwork);
    expect(vif.network?.label).toBe('a');
  });

  test('takes namespace from the base class, and name from the class itself, where they are not given', () => {
    @versionedObject({ version: '1.0' })
    class Standing extends VersionedObject {}
    @versionedObject({ version: '1.0' })
    class VIFUnnamed extends VIFBase {}
    expect([Standing.namespace, Standing.objectName]).toEqual(['versionedobjects', 'Standing']);
    expect([VIFUnnamed.namespace, VIFUnnamed.objectName]).toEqual(['os_vif', 'VIFUnnamed']);
  });
});
