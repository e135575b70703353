/** Classes that are declared without decorators. */
import { describe, expect, expectTypeOf, test } from 'vitest';
import {
  type DefinedClass,
  dateTime,
  defineObject,
  type FieldName,
  field,
  integer,
  listOf,
  type Network,
  type ObjectClass,
  objectOf,
  oneOf,
  string,
  VersionedObject,
  VersionedObjectList,
  VIFBase,
  versionedObject,
} from '../../src/entries/index.ts';

const NAMESPACE = 'acme-define';
const ID = 'dc065497-3c8d-4f44-8fb4-e1d33c16a536';

const VIFVlanNested = defineObject({
  name: 'VIFVlanNested',
  namespace: NAMESPACE,
  version: '1.1',
  extends: VIFBase,
  fields: {
    /** The name of the device in the pod. */
    vifName: string(),
    vlanId: { type: integer(), since: '1.1', nullable: true },
    mode: { type: oneOf(['a', 'b']), default: 'a' },
  },
});
type VIFVlanNested = InstanceType<typeof VIFVlanNested>;

@versionedObject({ name: 'Decorated', namespace: NAMESPACE, version: '1.1' })
class Decorated extends VIFBase {
  @field(string()) declare vifName?: string;
  @field(integer(), { since: '1.1', nullable: true }) declare vlanId?: number | null;
  @field<'a' | 'b'>(oneOf(['a', 'b']), { default: 'a' }) declare mode?: 'a' | 'b';
}

interface Tree extends VersionedObject {
  name?: string;
  children?: readonly Tree[];
}
const Tree: DefinedClass<Tree> = defineObject({
  name: 'Tree',
  namespace: NAMESPACE,
  version: '1.0',
  fields: { name: string(), children: listOf(objectOf((): ObjectClass<Tree> => Tree)) },
});

describe('a defined class', () => {
  test('is the class that decorators declare', () => {
    const values = { id: ID, vifName: 'eth0', vlanId: 7, mode: 'b' } as const;
    const [defined, decorated] = [new VIFVlanNested(values), new Decorated(values)];
    expect(defined.toPlain()).toEqual({ ...decorated.toPlain(), type: 'VIFVlanNested' });
    expect(VIFVlanNested.fingerprint()).toBe(Decorated.fingerprint());
    expect(VIFVlanNested.jsonSchema('1.0')).toEqual(
      JSON.parse(JSON.stringify(Decorated.jsonSchema('1.0')).replaceAll('Decorated', 'VIFVlanNested')),
    );
    expect(defined.toPrimitive({ targetVersion: '1.0' })['versioned_object.data']).not.toHaveProperty('vlan_id');
    expect([VIFVlanNested.name, VIFVlanNested.objectName, VIFVlanNested.version]).toEqual([
      'VIFVlanNested',
      'VIFVlanNested',
      '1.1',
    ]);
  });

  test('reads what it wrote, in both forms, by its own name and by that of its base', () => {
    const vif = new VIFVlanNested({ id: ID, vlanId: null });
    for (const read of [
      VersionedObject.fromPrimitive(JSON.parse(JSON.stringify(vif))),
      VIFBase.fromPrimitive(vif.toPrimitive()),
      VIFVlanNested.fromPlain(vif.toPlain()),
    ]) {
      expect(read).toBeInstanceOf(VIFVlanNested);
      expect(read.equals(vif)).toBe(true);
    }
  });

  test('can hold objects of its own class', () => {
    const tree = new Tree({ name: 'a', children: [new Tree({ name: 'b' })] });
    expect(Tree.fromPrimitive(tree.toPrimitive()).children?.[0]?.name).toBe('b');
  });

  test('can be a list', () => {
    const Trees = defineObject({
      name: 'TreeList',
      namespace: NAMESPACE,
      version: '1.0',
      extends: VersionedObjectList<Tree>,
      fields: { objects: listOf(objectOf(Tree)) },
    });
    const trees = new Trees({ objects: [new Tree({ name: 'a' })] });
    expect([...Trees.fromPrimitive(trees.toPrimitive())].map(({ name }) => name)).toEqual(['a']);
  });
});

describe('a class that extends a defined class', () => {
  test('gives its objects to readers if it is the first to be used of several', () => {
    const Base = defineObject({ name: 'Base', namespace: 'acme-first', version: '1.0', fields: { name: string() } });
    class First extends Base {}
    class Second extends Base {}
    const primitive = new First({ name: 'a' }).toPrimitive();
    expect(new Second({ name: 'b' })).toBeInstanceOf(Second);
    const read = VersionedObject.fromPrimitive(primitive);
    expect([read instanceof First, read instanceof Second]).toEqual([true, false]);
    expect(new Base({ name: 'c' })).toBeInstanceOf(First);
  });

  class Interval extends defineObject({
    name: 'Interval',
    namespace: NAMESPACE,
    version: '1.0',
    fields: { start: dateTime(), end: dateTime() },
  }) {
    #read = 0;
    get milliseconds(): number {
      this.#read += 1;
      return (this.end?.getTime() ?? 0) - (this.start?.getTime() ?? 0);
    }
  }
  const [start, end] = [new Date('2026-01-01T00:00:00Z'), new Date('2026-01-01T00:00:01Z')];

  test('has methods, and is what reading and cloning make', () => {
    const interval = new Interval({ start, end });
    for (const each of [
      interval,
      interval.clone(),
      Interval.fromPrimitive(interval.toPrimitive()),
      Interval.fromPlain(interval.toPlain()),
      VersionedObject.fromPrimitive(interval.toPrimitive()),
    ]) {
      expect(each).toBeInstanceOf(Interval);
      expect(each instanceof Interval && each.milliseconds).toBe(1000);
    }
  });

  test('is what a field of its class holds, also before another use', () => {
    class Named extends defineObject({
      name: 'Named',
      namespace: NAMESPACE,
      version: '1.0',
      fields: { name: string() },
    }) {
      greet(): string {
        return `hello ${this.name}`;
      }
    }
    const Holder = defineObject({
      name: 'Holder',
      namespace: NAMESPACE,
      version: '1.0',
      fields: { named: objectOf(Named) },
    });
    const primitive = {
      'versioned_object.name': 'Holder',
      'versioned_object.namespace': NAMESPACE,
      'versioned_object.version': '1.0',
      'versioned_object.data': {
        named: {
          'versioned_object.name': 'Named',
          'versioned_object.namespace': NAMESPACE,
          'versioned_object.version': '1.0',
          'versioned_object.data': { name: 'you' },
        },
      },
    };
    expect(Holder.fromPrimitive(primitive).named?.greet()).toBe('hello you');
  });

  test('and is declared itself, is another class', () => {
    const Base = defineObject({ name: 'Base', namespace: NAMESPACE, version: '1.0', fields: { a: string() } });
    const Derived = defineObject({
      name: 'Derived',
      namespace: NAMESPACE,
      version: '1.0',
      extends: Base,
      fields: { b: string() },
    });
    expect(new Derived({ a: '1', b: '2' }).toPlain()).toEqual({ type: 'Derived', a: '1', b: '2' });
    expect(Base.fromPrimitive(new Base({ a: '1' }).toPrimitive())).not.toBeInstanceOf(Derived);
  });
});

describe('a wrong definition', () => {
  const anything = (value: unknown) => value as never;
  test.each<[string, () => unknown, string, string]>([
    [
      'a misspelt option',
      () => defineObject(anything({ nmae: 'X' })),
      'ARGUMENT',
      'no option "nmae", did you mean name?',
    ],
    [
      'a misspelt option of a field',
      () => define({ a: { type: string(), sinse: '1.0' } }),
      'ARGUMENT',
      'defineObject of X, field a: there is no option "sinse", did you mean since?',
    ],
    [
      'a constructor as the type',
      () => define({ a: String }),
      'DECLARATION',
      'X.a: expected a field type such as string() or fieldType({ ... }), found a function',
    ],
    ['no type', () => define({ a: undefined }), 'DECLARATION', 'X.a: expected a field type'],
    [
      'a name in snake_case',
      () => define({ vif_name: string() }),
      'DECLARATION',
      'X.vif_name: the name of a field must be camelCase',
    ],
    [
      'a base that is no class',
      () => defineObject(anything({ name: 'X', version: '1.0', extends: 5, fields: {} })),
      'DECLARATION',
      'X: extends must be a class of versioned objects',
    ],
  ])('with %s is refused', (_, run, code, message) => {
    expect(run).toThrow(
      expect.objectContaining({ code: `ERR_OSVIF_${code}`, message: expect.stringContaining(message) }),
    );
  });

  function define(fields: object): unknown {
    return defineObject(anything({ name: 'X', namespace: NAMESPACE, version: '1.0', fields }));
  }
});

test.each([
  ['a field', () => field(string())(undefined as never, { kind: 'field', name: 'podName' } as never)],
  ['an accessor', () => field(string())({} as never, { kind: 'accessor', name: 'podName' } as never)],
  [
    'a class',
    () => Reflect.apply(versionedObject({ version: '1.0' }), undefined, [class {}, { kind: 'class', name: 'Pod' }]),
  ],
])('a standard decorator of %s fails with the setting to change', (_, run) => {
  expect(run).toThrow(
    /^(podName|Pod): standard decorators are not supported: set "experimentalDecorators": true in tsconfig.json .*, or declare the class with defineObject$/,
  );
});

test('the compiler knows the fields of a defined class', () => {
  type Definition = Parameters<typeof defineObject>[0];
  expectTypeOf<Definition>().toBeObject();
  expectTypeOf<VIFVlanNested['vlanId']>().toEqualTypeOf<number | null | undefined>();
  expectTypeOf<VIFVlanNested['mode']>().toEqualTypeOf<'a' | 'b' | undefined>();
  expectTypeOf<VIFVlanNested['network']>().toEqualTypeOf<Network | null | undefined>();
  expectTypeOf<FieldName<VIFVlanNested>>().extract<'vlanId' | 'id' | 'clone'>().toEqualTypeOf<'vlanId' | 'id'>();
  const common = { name: 'T', namespace: NAMESPACE, version: '1.0' } as const;
  const wrong = () => [
    // @ts-expect-error vifNmae is no field
    new VIFVlanNested({ vifNmae: 'x' }),
    // @ts-expect-error vlanId is a number
    new VIFVlanNested({ vlanId: '7' }),
    // @ts-expect-error mode is a or b
    new VIFVlanNested({ mode: 'c' }),
    // @ts-expect-error sinse is no option
    defineObject({ ...common, fields: { a: { type: string(), sinse: '1.0' } } }),
    // @ts-expect-error the default of a string is a string
    defineObject({ ...common, fields: { a: { type: string(), default: 5 } } }),
    // @ts-expect-error String is no field type
    defineObject({ ...common, fields: { a: String } }),
    // @ts-expect-error verion is no option
    defineObject({ name: 'T', verion: '1.0', fields: {} }),
  ];
  expectTypeOf(wrong).toBeFunction();
  const required = (vif: VIFVlanNested) => vif.require('vlanId').vlanId;
  expectTypeOf(required).returns.toEqualTypeOf<number | null>();
});
