/** Objects in dicts, in sets and in lists of lists. */
import { describe, expect, test } from 'vitest';
import {
  dictOf,
  FieldValueError,
  type FieldValues,
  field,
  listOf,
  objectOf,
  setOf,
  VIFBase,
  VIFBridge,
  VIFGeneric,
  validate,
  versionedObject,
  versionManifest,
} from '../../../src/entries/index.ts';
import { arbitraryPrimitive } from '../../../src/testing/arbitrary-object.ts';
import { backportProblems } from '../../../src/testing/backport-problems.ts';
import { fastCheck } from '../../../src/testing/fast-check.ts';
import { MODEL } from '../../../src/versioned/model.ts';
import { compileSchema } from '../../../src/versioned/validation/compile-schema.ts';
import { bridge, ID, network } from '../builders.ts';
import { UntypedObject } from '../own-classes.ts';

const anyVif = objectOf(VIFBase, { subclasses: true });

@versionedObject({ name: 'Pod', namespace: 'acme-collections', version: '1.0' })
class Pod extends UntypedObject {
  @field(dictOf(anyVif), { default: {} }) vifs?: Readonly<Record<string, VIFBase>>;
  @field(setOf(anyVif)) spare?: ReadonlySet<VIFBase>;
  @field(listOf(dictOf(anyVif, { nullable: true }))) zones?: readonly Readonly<Record<string, VIFBase | null>>[];

  constructor(values: FieldValues<Pod> = {}) {
    super(values);
  }
}

const generic = (vifName: string) => new VIFGeneric({ id: ID, vifName });
const pod = () =>
  new Pod({
    vifs: { eth0: bridge(), 'eth"1': generic('eth1') },
    spare: new Set([generic('eth2'), generic('eth3')]),
    zones: [{ a: generic('eth4'), b: null }, {}],
  });

test('they are written, read, cloned and compared', () => {
  const read = Pod.fromPrimitive(JSON.parse(JSON.stringify(pod())));
  expect(read.equals(pod())).toBe(true);
  expect(read.toPrimitive()).toEqual(pod().toPrimitive());
  expect(read.vifs?.eth0).toBeInstanceOf(VIFBridge);
  expect([...(read.spare ?? [])].map((vif) => vif instanceof VIFGeneric && vif.vifName)).toEqual(['eth2', 'eth3']);
  const clone = pod().clone();
  Object.assign(clone.vifs?.eth0 ?? {}, { vifName: 'other' });
  expect([clone.equals(pod()), read.equals(pod())]).toEqual([false, true]);
});

test('sets are equal if their objects are, whatever the changes', () => {
  const other = pod();
  for (const vif of other.spare ?? []) vif.resetChanges();
  expect(other.equals(pod())).toBe(true);
});

test('they go through the plain form', () => {
  expect(pod().toPlain()).toMatchObject({
    vifs: { eth0: { type: 'VIFBridge', network: { label: 'private' } }, 'eth"1': { vif_name: 'eth1' } },
    spare: [{ type: 'VIFGeneric', vif_name: 'eth2' }, { vif_name: 'eth3' }],
    zones: [{ a: { vif_name: 'eth4' }, b: null }, {}],
  });
  expect(Pod.fromPlain(JSON.parse(JSON.stringify(pod().toPlain()))).equals(pod())).toBe(true);
});

test('they are validated', async () => {
  expect(await validate(pod().toPrimitive())).toEqual([]);
  const checkPlain = await compileSchema(Pod.jsonSchema('1.0', { form: 'plain' }));
  expect(checkPlain(JSON.parse(JSON.stringify(pod().toPlain())))).toEqual({ violations: [], more: 0 });
  const wrong = JSON.parse(JSON.stringify(pod()));
  wrong['versioned_object.data'].vifs.eth0['versioned_object.data'].address = 'x';
  wrong['versioned_object.data'].spare[1]['versioned_object.data'].adress = 'x';
  expect((await validate(wrong)).map(({ path }) => path)).toEqual([
    '/versioned_object.data/vifs/eth0/versioned_object.data/address',
    '/versioned_object.data/spare/1/versioned_object.data/adress',
  ]);
});

test('they keep their versions in a backport, and are not in the manifest', () => {
  expect(versionManifest('Pod')).toEqual({ Pod: '1.0' });
  const manifest = { Pod: '1.0', VIFBase: '1.0', VIFBridge: '1.0', Network: '1.0' };
  expect(pod().toPrimitive({ versionManifest: manifest })).toEqual(pod().toPrimitive());
  expect(backportProblems(Pod.prototype[MODEL])).toEqual([]);
  expect(
    fastCheck()
      .sample(arbitraryPrimitive(Pod.prototype[MODEL]), 20)
      .map((one) => Pod.fromPrimitive(one)),
  ).toHaveLength(20);
});

test('resetting changes reaches them on request', () => {
  const reset = pod();
  reset.resetChanges({ recursive: true });
  expect(JSON.stringify(reset)).not.toContain('versioned_object.changes');
});

describe('a wrong one is refused with its place', () => {
  const primitive = (data: object) => ({ ...new Pod().toPrimitive(), 'versioned_object.data': data });

  test.each([
    [
      'assigned to a dict',
      () => new Pod({ vifs: { 'a"b': network() as unknown as VIFBase } }),
      'Pod.vifs["a\\"b"]: expected a subclass of VIFBase',
    ],
    [
      'assigned to a set',
      () => new Pod({ spare: new Set([generic('a'), network() as unknown as VIFBase]) }),
      'Pod.spare[1]: expected a subclass of VIFBase',
    ],
    [
      'read in a dict',
      () => Pod.fromPrimitive(primitive({ vifs: { a: network().toPrimitive() } })),
      'Pod.vifs["a"]: expected a subclass of VIFBase',
    ],
    ['read in a set', () => Pod.fromPrimitive(primitive({ spare: [5] })), 'Pod.spare[0]: expected a versioned object'],
    [
      'plain in a dict',
      () => Pod.fromPlain({ vifs: { a: { type: 'Network' } } }),
      'Pod.vifs["a"]: expected a subclass of VIFBase',
    ],
    [
      'plain in a set',
      () => Pod.fromPlain({ spare: [{ type: 'VIFBridge', adress: 1 }] }),
      'VIFBridge has no field "adress"',
    ],
    [
      'plain in a list of dicts',
      () => Pod.fromPlain({ zones: [{}, { a: 1 }] }),
      'Pod.zones[1]["a"]: expected VIFBase in its plain form',
    ],
    ['plain as an array', () => Pod.fromPlain({ vifs: [] }), 'Pod.vifs: expected an object'],
    ['plain as an object', () => Pod.fromPlain({ spare: {} }), 'Pod.spare: expected an array'],
    ['plain null', () => Pod.fromPlain({ vifs: { a: null } }), 'Pod.vifs["a"]: expected VIFBase in its plain form'],
  ])('%s', (_, refused, message) => {
    expect(refused).toThrow(message);
  });

  test('as a FieldValueError with a path', () => {
    const read = () =>
      Pod.fromPrimitive(
        primitive({ zones: [{ a: { ...bridge().toPrimitive(), 'versioned_object.data': { id: 1 } } }] }),
      );
    expect(read).toThrow(FieldValueError);
    expect(read).toThrow(expect.objectContaining({ path: 'zones[0]["a"].id' }));
  });
});

test('two objects do not share the objects of a default', () => {
  class Tray extends UntypedObject {
    declare spare?: VIFBase;
    declare vifs?: readonly VIFBase[];
  }
  field(anyVif, { default: generic('eth0') })(Tray.prototype, 'spare');
  field(listOf(anyVif), { default: [generic('eth1')] })(Tray.prototype, 'vifs');
  versionedObject({ name: 'Tray', namespace: 'acme-collections', version: '1.0' })(Tray);
  const [one, other] = [new Tray(), new Tray()];
  one.setDefaults();
  other.setDefaults();
  const read = Tray.fromPrimitive({ ...other.toPrimitive(), 'versioned_object.data': { spare: null } });
  Object.assign(one.spare ?? {}, { plugin: 'changed' });
  Object.assign(one.vifs?.[0] ?? {}, { plugin: 'changed' });
  expect([other.spare?.plugin, other.vifs?.[0]?.plugin, read.spare?.plugin]).toEqual([undefined, undefined, undefined]);
  expect(new Tray({ vifs: [] }).vifs).toEqual([]);
});

test('what is no class is refused as the class of a field, with the name of the call', () => {
  for (const wrong of [undefined, null, 'Network', {}])
    expect(() => objectOf(wrong as never)).toThrow(
      'objectOf: expected a class, or a function that returns a class that is declared later, found',
    );
});
