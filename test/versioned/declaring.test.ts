import { describe, expect, test } from 'vitest';
import {
  classFor,
  DeclarationError,
  dateTime,
  dictOf,
  type FieldOptions,
  type FieldType,
  FieldValueError,
  field,
  integer,
  listOf,
  objectClasses,
  objectOf,
  ReadOnlyFieldError,
  string,
  UnsupportedObjectError,
  VersionedObject,
  VIFBase,
  versionedObject,
} from '../../src/entries/index.ts';
import { type AdviceWords, adviceOf } from '../../src/text/advice.ts';
import { UntypedObject } from './own-classes.ts';

const DATA = 'versioned_object.data';

/** Declares a field as a class in plain JavaScript would. */
function declare(
  objectClass: { prototype: object },
  name: string,
  type: FieldType<unknown>,
  options: FieldOptions<unknown> = {},
): void {
  Reflect.apply(field(type, options), undefined, [objectClass.prototype, name]);
}

const named = (name: string, version = '1.0', baseVersions?: Record<string, string>) =>
  versionedObject({ namespace: 'acme-declaring', name, version, ...(baseVersions && { baseVersions }) });

const propertyOf = (object: object, name: string): unknown => Reflect.get(object, name);

describe('a field', () => {
  test('takes null, and another value later, only where it is told to', () => {
    class Plain extends UntypedObject {}
    declare(Plain, 'label', string());
    declare(Plain, 'serial', string(), { readOnly: true });
    declare(Plain, 'zone', string(), { nullable: true, readOnly: false });
    named('Plain')(Plain);
    const object = new Plain({ label: 'a', serial: 'x', zone: null });
    expect(() => Reflect.set(object, 'label', null)).toThrow(FieldValueError);
    Reflect.set(object, 'label', 'b');
    Reflect.set(object, 'zone', 'z');
    expect(() => Reflect.set(object, 'serial', 'y')).toThrow(ReadOnlyFieldError);
    expect(object.toPrimitive()[DATA]).toEqual({ label: 'b', serial: 'x', zone: 'z' });
  });

  test('that is read-only takes an equal value again, and is not unset', () => {
    class Dated extends UntypedObject {}
    declare(Dated, 'madeAt', dateTime(), { readOnly: true });
    named('Dated')(Dated);
    const object = new Dated({ madeAt: new Date(0) });
    Reflect.set(object, 'madeAt', new Date(0));
    expect(() => Reflect.set(object, 'madeAt', new Date(1000))).toThrow(ReadOnlyFieldError);
    expect(() => Reflect.set(object, 'madeAt', undefined)).toThrow('Dated.madeAt is read-only');
    expect(propertyOf(object, 'madeAt')).toEqual(new Date(0));
  });

  test('has a property that is listed with the class and can be declared anew', () => {
    class Listed extends UntypedObject {}
    declare(Listed, 'label', string());
    named('Listed')(Listed);
    expect(Object.getOwnPropertyDescriptor(Listed.prototype, 'label')).toMatchObject({
      enumerable: true,
      configurable: true,
    });
    expect(propertyOf(new Listed(), 'label')).toBeUndefined();
  });

  test('of a list or dict reads as undefined while it is unset, as null where it is null, and frozen else', () => {
    class Holding extends UntypedObject {}
    declare(Holding, 'items', listOf(integer()), { nullable: true });
    declare(Holding, 'labels', dictOf(integer()), { nullable: true });
    named('Holding')(Holding);
    expect(propertyOf(new Holding(), 'items')).toBeUndefined();
    expect(propertyOf(new Holding({ items: null }), 'items')).toBeNull();
    const held = new Holding({ items: [1], labels: { a: 1 } });
    expect(Object.isFrozen(propertyOf(held, 'items')) && Object.isFrozen(propertyOf(held, 'labels'))).toBe(true);
  });

  test('with a bad name is refused with what a name is', () => {
    class Odd extends UntypedObject {}
    expect(() => declare(Odd, 'VifName', string())).toThrow(
      'Odd.VifName: the name of a field must be camelCase, and each word must start with a letter (the wire name is derived from it)',
    );
    declare(Odd, 'clone', string());
    expect(() => named('Odd')(Odd)).toThrow('Odd: clone cannot be the name of a field');
  });
});

describe('values that the class brings', () => {
  test('are set by the constructor and by reading, unless others are given', () => {
    class Brought extends UntypedObject {}
    declare(Brought, 'first', string());
    declare(Brought, 'items', listOf(integer()), { initial: () => [1] });
    declare(Brought, 'last', string(), { initial: 'z' });
    named('Brought')(Brought);
    expect(new Brought().toPrimitive()[DATA]).toEqual({ items: [1], last: 'z' });
    expect(new Brought({ last: 'a' }).toPrimitive()[DATA]).toEqual({ items: [1], last: 'a' });
    const primitive = { ...new Brought().toPrimitive(), [DATA]: { first: 'a' } };
    expect(Brought.fromPrimitive(primitive).toPrimitive()[DATA]).toEqual({ first: 'a', items: [1], last: 'z' });
  });

  test('are none where no field has one', () => {
    class Bare extends UntypedObject {}
    declare(Bare, 'first', string());
    named('Bare')(Bare);
    const object = Bare.fromPrimitive({ ...new Bare().toPrimitive(), [DATA]: {} });
    expect([object.toPrimitive()[DATA], object.changes]).toEqual([{}, []]);
    object.setDefaults();
    expect(object.changes).toEqual([]);
  });
});

describe('a class that stands on another', () => {
  test('has the fields of its base first, its own reading of one in the same place', () => {
    class Base extends UntypedObject {}
    declare(Base, 'label', string());
    declare(Base, 'size', integer());
    named('Base')(Base);
    class Derived extends Base {}
    declare(Derived, 'zone', string());
    declare(Derived, 'label', string(), { nullable: true });
    named('Derived')(Derived);
    const object = new Derived({ zone: 'z', size: 1, label: null });
    expect(Object.keys(object.toPrimitive()[DATA])).toEqual(['label', 'size', 'zone']);
    expect(Derived.fromPrimitive(object.toPrimitive()).equals(object)).toBe(true);
    expect(() => new Base({ label: null })).toThrow(FieldValueError);
    expect(Object.keys(Derived.prototype).sort()).toEqual(['label', 'zone']);
    const { read } = objectOf(Base, { subclasses: true });
    expect(read(object.toPrimitive(), 0)).toBeInstanceOf(Derived);
  });

  test('has the fields of undeclared classes in between, the most basic one first', () => {
    class Lower extends UntypedObject {}
    declare(Lower, 'lower', string());
    class Upper extends Lower {}
    declare(Upper, 'upper', string());
    class Top extends Upper {}
    declare(Top, 'top', string());
    named('Top')(Top);
    expect(Object.keys(new Top({ top: 'a', upper: 'b', lower: 'c' }).toPrimitive()[DATA])).toEqual([
      'lower',
      'upper',
      'top',
    ]);
  });

  test('stands on the version of its base that the table says, in whatever order that is written', () => {
    class Ground extends UntypedObject {}
    declare(Ground, 'first', string());
    declare(Ground, 'second', string(), { since: '1.1' });
    declare(Ground, 'third', string(), { since: '1.2' });
    named('Ground', '1.2')(Ground);
    class Standing extends Ground {}
    named('Standing', '1.10', { '1.10': '1.2', '1.0': '1.0', '1.9': '1.1' })(Standing);
    const object = new Standing({ first: 'a', second: 'b', third: 'c' });
    const at = (targetVersion: string) => Object.keys(object.toPrimitive({ targetVersion })[DATA]);
    expect([at('1.10'), at('1.9'), at('1.8'), at('1.0')]).toEqual([
      ['first', 'second', 'third'],
      ['first', 'second'],
      ['first'],
      ['first'],
    ]);
  });
});

test('what is no class of versioned objects is refused', () => {
  class Other {}
  expect(() => Reflect.apply(named('Other'), undefined, [Other])).toThrow(
    new DeclarationError('Other: a versioned object must extend VersionedObject'),
  );
  const impostor = { name: 'Impostor', prototype: Object.create(VersionedObject.prototype) };
  expect(() => Reflect.apply(named('Impostor'), undefined, [impostor])).toThrow(
    new DeclarationError('Impostor: a versioned object must be a class'),
  );
});

describe('the registry', () => {
  const classAt = (version: string) => {
    class Growing extends UntypedObject {}
    versionedObject({ namespace: 'acme-growing', name: 'Growing', version })(Growing);
    return Growing;
  };

  test('finds the class that reads a version, whatever the order of declaration', () => {
    const [third, first, second] = ['1.6', '1.2', '1.4'].map(classAt);
    expect(objectClasses('acme-growing').get('Growing')).toEqual([third, second, first]);
    const found = (version: string) => classFor('Growing', version);
    expect(['1.2', '1.2.0', '1.4', '1.6'].map(found)).toEqual([first, first, second, third]);
    expect(['1.0', '1.3', '1.5', '1.3.1', '1.4.1'].map(found)).toEqual([third, third, third, third, third]);
    expect(() => found('1.7')).toThrow('cannot be read here, up to 1.6 and 1.4 and 1.2 can');
  });

  test('says which name or namespace may have been meant, and what to do', () => {
    const advice = 'import the module that declares it, or correct the';
    const refusal = (name: string, namespace?: string) => () => classFor(name, '1.0', namespace);
    expect(refusal('VIFBrigde')).toThrow(
      new UnsupportedObjectError(
        'VIFBrigde',
        `no object "VIFBrigde" is declared, did you mean VIFBridge? ${advice} name`,
      ),
    );
    expect(refusal('Xyzzy')).toThrow(`no object "Xyzzy" is declared; ${advice} name`);
    classAt('2.0');
    expect(refusal('VIFBrigde', 'acme-growing')).toThrow(
      `no object "VIFBrigde" is declared in namespace "acme-growing"; ${advice} name`,
    );
    expect(refusal('VIFBridge', 'os_vfi')).toThrow(
      `no object "VIFBridge" is declared in namespace "os_vfi", did you mean os_vif? ${advice} namespace`,
    );
  });

  test('advises a program in its own words about the part of the name that is wrong', () => {
    const words = (name: string, namespace?: string) => {
      try {
        classFor(name, '1.0', namespace);
      } catch (error) {
        return adviceOf(Object(error))?.inWords({ 'declare-the-object': ({ wrong }) => wrong } as AdviceWords);
      }
      return 'found';
    };
    expect([words('VIFBrigde'), words('VIFBrigde', 'os_vif')]).toEqual(['name', 'name']);
    expect(words('VIFBridge', 'os_vfi')).toBe('namespace');
  });

  test('names the namespaces that have the same name', () => {
    for (const namespace of ['acme-one', 'acme-two']) {
      class Both extends UntypedObject {}
      versionedObject({ namespace, name: 'Both', version: '1.0' })(Both);
    }
    expect(() => classFor('Both', '1.0')).toThrow('acme-one and acme-two both have Both: name the namespace');
  });
});

test('an object of another class is refused with the class that was asked', () => {
  class Stray extends UntypedObject {}
  named('Stray')(Stray);
  expect(() => VIFBase.fromPrimitive(new Stray().toPrimitive())).toThrow(
    'expected VIFBase or a subclass of it, found Stray',
  );
});
