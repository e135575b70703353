/** Fingerprints of fields of every type and default, against those that oslo computes of the same in Python. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  boolean,
  dateTime,
  dictOf,
  type FieldOptions,
  type FieldType,
  field,
  fieldType,
  flexibleBoolean,
  float,
  integer,
  ipAddress,
  ipNetwork,
  ipv4Address,
  ipv4AndV6Address,
  ipv4Network,
  ipv6Address,
  ipv6Network,
  listOf,
  macAddress,
  oneOf,
  pciAddress,
  sensitiveString,
  setOf,
  string,
  uuid,
  VersionedObject,
  versionedObject,
  versionPredicate,
} from '../../src/entries/index.ts';
import { PEER_MISSING, Peer } from './peer.ts';

const row = <V>(python: string, type: FieldType<V>, options: FieldOptions<V | null> = {}) =>
  [python, type, options] as const;

/** A literal of Python in ASCII. */
const asciiOf = (value: string) =>
  `"${Array.from(value, (character) => `\\U${character.codePointAt(0)?.toString(16).padStart(8, '0')}`).join('')}"`;

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
  row('EnumField(valid_values=["a", "b"])', oneOf(['a', 'b'], { declaredAs: 'list' })),
  row('EnumField(valid_values=("a", "b"), default="b", nullable=True)', oneOf(['a', 'b']), {
    default: 'b',
    nullable: true,
  }),
  ...[
    '\t',
    '\r\n',
    '\u0000\u001b\u007f',
    '\u00a0\u00ad\u00e9',
    '\u2028\u3000\u200b',
    '\u{1f600}\u{e0001}',
    '\\"\'',
  ].map((value) => row(`EnumField(valid_values=(${asciiOf(value)},))`, oneOf([value]))),
  row('ListOfEnumField(valid_values=("a", "b"))', listOf(oneOf(['a', 'b']))),
  row('ListOfEnumField(valid_values=["a"], default=["a"])', listOf(oneOf(['a'], { declaredAs: 'list' })), {
    default: ['a'],
  }),
  row('SensitiveStringField()', sensitiveString()),
  row('FlexibleBooleanField(default=True)', flexibleBoolean(), { default: true }),
  row('VersionPredicateField()', versionPredicate()),
  row('IPV4AndV6AddressField()', ipv4AndV6Address()),
  row('IPV4NetworkField()', ipv4Network()),
  row('IPV6NetworkField()', ipv6Network()),
  row('NonNegativeFloatField(default=float("0.00001"))', float({ minimum: 0 }), { default: 0.00001 }),
  row('FloatField(default=2.0)', fieldType({ extends: float(), fingerprint: { default: { python: '2.0' } } }), {
    default: 2,
  }),
  row('Field(fields.List(fields.Float()), default=[1e-05, 1.5])', listOf(float()), { default: [0.00001, 1.5] }),
  row('SetOfIntegersField(default={3, 1})', setOf(integer()), { default: new Set([3, 1]) }),
  row('Field(fields.List(fields.Set(fields.Integer())), default=[{1}, set()])', listOf(setOf(integer())), {
    default: [new Set([1]), new Set<number>()],
  }),
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
