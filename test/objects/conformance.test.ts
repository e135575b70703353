import { describe, expect, test } from 'vitest';
import {
  backport,
  boolean,
  classFor,
  type FieldType,
  FieldValueError,
  HOST_DEVICE_TYPES,
  IncompatibleVersionError,
  integer,
  ipAddress,
  ipNetwork,
  listOf,
  macAddress,
  objectClasses,
  oneOf,
  type Primitive,
  pciAddress,
  string,
  TargetVersionError,
  UnsupportedObjectError,
  uuid,
  VersionedObject,
  VHOST_USER_MODES,
  VIF_DIRECT_MODES,
  versionManifest,
} from '../../src/entries/index.ts';
import { sortChanges, vectors } from '../conformance/vectors.ts';

const OWN = objectClasses('os_vif');

describe('fingerprints', () => {
  const expected = vectors<Record<string, string>>('os-vif/fingerprints.json');

  test('there is a class for each of the 31 objects upstream, and no other', () => {
    expect([...OWN.keys()].sort()).toEqual(Object.keys(expected).sort());
    expect(OWN.size).toBe(31);
  });

  test.each(Object.entries(expected))('%s has the fingerprint %s', (name, fingerprint) => {
    expect(OWN.get(name)?.[0]?.fingerprint()).toBe(fingerprint);
  });
});

test.each(Object.entries(vectors<Record<string, object>>('os-vif/manifests.json')))(
  "the manifest of %s is upstream's",
  (name, manifest) => {
    expect(versionManifest(name)).toEqual(manifest);
  },
);

describe('compatibility', () => {
  const rows =
    vectors<{ name: string; version: string; class_version?: string; error?: string }[]>('os-vif/compatibility.json');
  const errors = { IncompatibleObjectVersion: IncompatibleVersionError, UnsupportedObjectError } as const;

  test.each(rows)('$name $version finds $class_version$error', ({ name, version, class_version, error }) => {
    if (class_version !== undefined) {
      expect(classFor(name, version).version).toBe(class_version);
    } else {
      expect(() => classFor(name, version)).toThrow(errors[error as keyof typeof errors]);
    }
  });
});

interface Row {
  name: string;
  primitive: Primitive;
  target: string;
  manifest?: Record<string, string>;
  expect?: Primitive;
  error?: string;
}

describe('round trip', () => {
  const rows = vectors<(Row & { set: string[] })[]>('os-vif/roundtrip.json');

  test.each(rows.map((row, i) => [i, row.name, row] as const))('row %i, %s', (_, name, row) => {
    const object = VersionedObject.fromPrimitive(row.primitive);
    expect(object.type).toBe(name);
    expect(sortChanges(object.toPrimitive())).toEqual(sortChanges(row.expect));
    const declared = OWN.get(name)?.[0];
    const set = Object.keys(object.toPrimitive()['versioned_object.data']);
    expect(declared).toBeDefined();
    expect(set.sort()).toEqual([...row.set].sort());
  });
});

/** Upstream has no rule for a child there: fields go that the target lacks, children stay as they are. */
const UPSTREAM_GAPS = ['ObjectActionError', 'KeyError'];

describe.each(['os-vif/backport-target.json', 'os-vif/backport-manifest.json'])('%s', (file) => {
  const rows = vectors<Row[]>(file);

  test.each(rows.map((row, i) => [i, row.name, row] as const))('row %i, %s', (_, __, row) => {
    const options = { targetVersion: row.target, ...(row.manifest && { versionManifest: row.manifest }) };
    const fromObject = () => VersionedObject.fromPrimitive(row.primitive).toPrimitive(options);
    if (row.error === 'InvalidTargetVersion') {
      expect(fromObject).toThrow(TargetVersionError);
      expect(() => backport(row.primitive, options)).toThrow(TargetVersionError);
      return;
    }
    const written = fromObject();
    expect(sortChanges(backport(row.primitive, options))).toEqual(sortChanges(written));
    if (row.expect) expect(sortChanges(written)).toEqual(sortChanges(row.expect));
    else {
      expect(UPSTREAM_GAPS).toContain(row.error);
      expect(written['versioned_object.version']).toBe(row.target);
      expect(VersionedObject.fromPrimitive(written).version).toBe(row.target);
    }
  });
});

describe('coercion', () => {
  type Coercion = { field: string; value: unknown; result?: unknown; error?: string };
  const rows = vectors<Coercion[]>('os-vif/coerce.json');
  const types: Record<string, FieldType<unknown>> = {
    String: string(),
    Integer: integer(),
    Boolean: boolean(),
    UUID: uuid(),
    MACAddress: macAddress(),
    PCIAddress: pciAddress(),
    IPAddress: ipAddress(),
    IPNetwork: ipNetwork(),
    ListOfIPAddress: listOf(ipAddress()),
    VIFDirectMode: oneOf(VIF_DIRECT_MODES),
    VIFVHostUserMode: oneOf(VHOST_USER_MODES),
    VIFHostDeviceDevType: oneOf(HOST_DEVICE_TYPES),
  };
  const UUID_FORM = /^[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}$/i;
  const FULL_ADDRESS = /:|^(0|[1-9]\d*)(\.(0|[1-9]\d*)){3}(\/|$)/;

  /** Where Python is lenient and we are strict, by DESIGN: the one table of differences, docs/differences-from-python.md. */
  const refusedHere: Record<string, (value: unknown) => boolean> = {
    String: (value) => typeof value !== 'string',
    Integer: (value) => typeof value !== 'number' || !Number.isSafeInteger(value),
    Boolean: (value) => typeof value !== 'boolean',
    UUID: (value) => typeof value !== 'string' || !UUID_FORM.test(value),
    IPAddress: (value) => typeof value !== 'string' || !FULL_ADDRESS.test(value),
    IPNetwork: (value) => typeof value !== 'string' || !FULL_ADDRESS.test(value),
  };

  test.each(rows.map((row, i) => [i, row.field, JSON.stringify(row.value), row] as const))(
    'row %i, %s of %s',
    (_, name, __, row) => {
      const type = types[name];
      if (type === undefined) throw new Error(`no type ${name}`);
      const coerce = () => type.coerce(row.value);
      if (row.error !== undefined || refusedHere[name]?.(row.value)) expect(coerce).toThrow(FieldValueError);
      else expect(coerce()).toEqual(row.result);
    },
  );
});
