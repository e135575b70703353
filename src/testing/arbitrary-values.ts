/** The arbitraries of the built-in field types. Their values have the wire form. */
import type { Arbitrary } from 'fast-check';
import { fastCheck } from './fast-check.ts';

/**
 * The arbitraries by the name of the type in oslo.versionedobjects. Texts contain any characters of Unicode.
 */
export function arbitraryValues(): Readonly<Record<string, Arbitrary<unknown>>> {
  const fc = fastCheck();
  const hex = (byte: number) => byte.toString(16).padStart(2, '0');
  const hexByte = fc.integer({ min: 0, max: 255 }).map(hex);
  // A valid address of a device: not multicast (an odd first byte), and not all zeros.
  const firstByte = fc.integer({ min: 1, max: 127 }).map((half) => hex(2 * half));
  const ipv4 = fc.ipV4();
  const ipv6 = fc.constantFrom('2001:db8::1', '::', '::1', 'fe80::a:b', 'fd00:1:2:3:4:5:6:7', '::ffff:192.0.2.1');
  const network = (address: Arbitrary<string>, bits: number) =>
    fc.tuple(address, fc.integer({ min: 0, max: bits })).map(([host, length]) => `${host}/${length}`);
  const float = (min: number) => fc.double({ noNaN: true, noDefaultInfinity: true, min }).map((value) => value + 0);
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 12 }),
    fc.constantFrom('', '"', "'", '\n', '\u2028', 'null', '💻'),
  );
  const version = fc.tuple(fc.nat(99), fc.nat(99)).map((parts) => parts.join('.'));
  const condition = fc.tuple(fc.constantFrom('<', '<=', '==', '>=', '>', '!='), version).map((parts) => parts.join(''));
  return {
    String: text,
    SensitiveString: text,
    VersionPredicate: fc.array(condition, { minLength: 1, maxLength: 3 }).map((conditions) => conditions.join(',')),
    Json: fc
      .dictionary(fc.string({ maxLength: 8 }), fc.oneof(text, fc.maxSafeInteger(), fc.boolean(), fc.constant(null)))
      .map((value) => JSON.stringify(value)),
    Integer: fc.maxSafeInteger(),
    NonNegativeInteger: fc.maxSafeNat(),
    Float: float(-Number.MAX_VALUE),
    NonNegativeFloat: float(0),
    Boolean: fc.boolean(),
    FlexibleBoolean: fc.boolean(),
    UUID: fc.uuid(),
    DateTime: fc
      .date({ min: new Date('0001-01-01T00:00:00Z'), max: new Date('9999-12-31T23:59:59Z'), noInvalidDate: true })
      .map((date) => `${date.toISOString().slice(0, 19)}Z`),
    MACAddress: fc
      .tuple(firstByte, fc.array(hexByte, { minLength: 5, maxLength: 5 }))
      .map(([first, others]) => [first, ...others].join(':')),
    PCIAddress: fc
      .tuple(hexByte, hexByte, hexByte, fc.integer({ min: 0, max: 31 }), fc.integer({ min: 0, max: 7 }))
      .map(([a, b, bus, slot, fn]) => `${a}${b}:${bus}:${slot.toString(16).padStart(2, '0')}.${fn}`),
    IPAddress: fc.oneof(ipv4, ipv6),
    IPV4AndV6Address: fc.oneof(ipv4, ipv6),
    IPV4Address: ipv4,
    IPV6Address: ipv6,
    IPV4Network: network(ipv4, 32),
    IPV6Network: network(ipv6, 128),
    IPNetwork: fc.oneof(network(ipv4, 32), network(ipv6, 128)),
  };
}
