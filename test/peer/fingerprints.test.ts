/** Fingerprints of fields of every type and default, against those that oslo computes of the same in Python. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  boolean,
  dateTime,
  dictOf,
  type FieldOptions,
  type FieldType,
  field,
  float,
  integer,
  ipAddress,
  ipNetwork,
  ipv4Address,
  ipv6Address,
  listOf,
  macAddress,
  oneOf,
  pciAddress,
  setOf,
  string,
  uuid,
  VersionedObject,
  versionedObject,
} from '../../src/entries/index.ts';
import { PEER_MISSING, Peer } from './peer.ts';

const row = <V>(python: string, type: FieldType<V>, options: FieldOptions<V | null> = {}) =>
  [python, type, options] as const;

/** The same number, in a form that Python reads as a float. */
const pythonFloat = (value: number) => `float("${value}")`;

const FIELDS = [
  row('StringField()', string()),
  row('StringField(nullable=True)', string(), { nullable: true }),
  row('StringField(default="it\'s")', string(), { default: "it's" }),
  row('StringField(default="")', string(), { default: '' }),
  row('StringField(nullable=True, default=None)', string(), { nullable: true, default: null }),
  row('IntegerField(default=0)', integer(), { default: 0 }),
  row('NonNegativeIntegerField(default=7)', integer({ minimum: 0 }), { default: 7 }),
  row('FloatField(default=1.5)', float(), { default: 1.5 }),
  ...[0.0001, 0.00001, 1.5e-7, -2.5e-10, 123456.789, 1e16, 1.25e22, 5e-324].map((value) =>
    row(`FloatField(default=${pythonFloat(value)})`, float(), { default: value }),
  ),
  row('NonNegativeFloatField()', float({ minimum: 0 })),
  row('BooleanField(default=False)', boolean(), { default: false }),
  row('BooleanField(default=True, nullable=True)', boolean(), { default: true, nullable: true }),
  row('UUIDField()', uuid()),
  row('MACAddressField()', macAddress()),
  row('PCIAddressField()', pciAddress()),
  row('IPAddressField()', ipAddress()),
  row('IPV4AddressField()', ipv4Address()),
  row('IPV6AddressField()', ipv6Address()),
  row('IPNetworkField()', ipNetwork()),
  row('DateTimeField(tzinfo_aware=True)', dateTime()),
  row('EnumField(valid_values=("a", "b\'c"))', oneOf(['a', "b'c"])),
  row('EnumField(valid_values=("only",))', oneOf(['only'])),
  row('ListOfStringsField()', listOf(string())),
  row('ListOfStringsField(default=["a", "b"])', listOf(string()), { default: ['a', 'b'] }),
  row('ListOfStringsField(default=[])', listOf(string()), { default: [] }),
  row('SetOfIntegersField()', setOf(integer())),
  row('DictOfStringsField(default={"a": "b"})', dictOf(string()), { default: { a: 'b' } }),
];

describe.skipIf(PEER_MISSING)(
  `fingerprints of oslo.versionedobjects${PEER_MISSING ? ` (${PEER_MISSING})` : ''}`,
  () => {
    let peer: Peer;
    beforeAll(() => {
      peer = Peer.start();
    });
    afterAll(() => peer.stop());

    test.each(FIELDS)('%s', async (python, type, options) => {
      class Sample extends VersionedObject {}
      Reflect.apply(field<unknown>(type, options), undefined, [Sample.prototype, 'value']);
      versionedObject({ name: 'Sample', namespace: `fingerprints ${python}`, version: '1.3' })(Sample);
      const source = `class Sample(base.VersionedObject):\n    VERSION = "1.3"\n    fields = {"value": fields.${python}}\n`;
      expect(Sample.fingerprint()).toBe(await peer.ask('fingerprint', { source }));
    });
  },
);
