/** The rows of field types in which this library differs from Python. docs/differences-from-python.md has each. */
import { sortChanges } from '../vectors.ts';
import type { FieldData, FieldRow } from './declaration.ts';

/** How the outcome of a row differs. */
export type Difference =
  /** Python converts the value; it is refused here. */
  | 'not converted'
  /** Python keeps the value as it is; it is refused here. */
  | 'stricter'
  /** Both take the value, and store different values. */
  | 'stored otherwise'
  /** Python refuses the value; it is taken here. */
  | 'taken here';

/** For each type and difference, the first cell of the row in docs/differences-from-python.md. */
const DOCUMENTED: Readonly<Record<string, Partial<Record<Difference, string>>>> = {
  Boolean: { 'not converted': 'Boolean' },
  Capacity: { 'not converted': 'Integer' },
  DateTime: { 'not converted': 'DateTime', 'stored otherwise': 'DateTime' },
  Dict: { 'not converted': 'List, Set, Dict' },
  DscpMark: { 'not converted': 'Integer' },
  FlexibleBoolean: { 'not converted': 'FlexibleBoolean' },
  FlexibleDict: { 'not converted': 'List, Set, Dict' },
  FlexibleListOfDict: { 'not converted': 'List, Set, Dict', stricter: 'List, Set, Dict' },
  Float: { 'not converted': 'Float' },
  IPAddress: { 'not converted': 'IP address' },
  IPNetwork: {
    stricter: 'IP network',
    'stored otherwise': 'types of neutron for MAC addresses and networks',
    'taken here': 'types of neutron for MAC addresses and networks',
  },
  IPNetworkPrefixLen: { 'not converted': 'Integer' },
  IPV4Address: { 'not converted': 'IP address' },
  IPV4AndV6Address: { 'not converted': 'IP address' },
  IPV6Address: { 'not converted': 'IP address' },
  IdentityList: { 'not converted': 'List, Set, Dict' },
  InstancePowerState: { 'not converted': 'Enum' },
  Integer: { 'not converted': 'Integer', stricter: 'Integer' },
  Json: { 'not converted': 'JSON in a string', stricter: 'JSON in a string' },
  List: { 'not converted': 'List, Set, Dict', stricter: 'UUID', 'taken here': 'a type given as a class' },
  MACAddress: {
    'stored otherwise': 'types of neutron for MAC addresses and networks',
    'taken here': 'types of neutron for MAC addresses and networks',
  },
  NetworkVIFModel: { 'stored otherwise': 'JSON in a string', 'taken here': 'JSON in a string' },
  NonNegativeInteger: { 'not converted': 'Integer', stricter: 'Integer' },
  PolymorphicObject: {
    'not converted': 'PolymorphicObject of designate',
    stricter: 'PolymorphicObject of designate',
  },
  PortRange: { 'not converted': 'Integer' },
  SensitiveString: { 'not converted': 'SensitiveString' },
  Set: { 'not converted': 'List, Set, Dict', stricter: 'UUID' },
  String: { 'not converted': 'String' },
  UUID: { 'not converted': 'UUID', stricter: 'UUID' },
  VlanIdRange: { 'not converted': 'Integer' },
};

/** All differences that are documented, as `type: difference: row`. */
export const DOCUMENTED_DIFFERENCES: readonly string[] = Object.entries(DOCUMENTED).flatMap(([type, rows]) =>
  Object.entries(rows).map(([difference, row]) => `${type}: ${difference}: ${row}`),
);

/** The row of the documentation for a difference. */
export function documented({ type }: FieldData, difference: Difference): string {
  return `${type}: ${difference}: ${DOCUMENTED[type]?.[difference] ?? 'not documented'}`;
}

/** What the library did with the value of a row. */
export type Outcome = { readonly stored: unknown } | 'refused';

/** How the outcome differs from that of Python; undefined if it is the same. */
export function differenceOf(row: FieldRow, outcome: Outcome): Difference | undefined {
  if (row.error !== undefined) return outcome === 'refused' ? undefined : 'taken here';
  const theirs = textOf(row.stored);
  if (outcome === 'refused') return theirs === textOf(row.value) ? 'stricter' : 'not converted';
  return textOf(outcome.stored) === theirs ? undefined : 'stored otherwise';
}

/** The order of changes and of keys does not count. */
function textOf(value: unknown): string {
  return JSON.stringify(sortChanges(value), (_, item) =>
    typeof item === 'object' && item !== null && !Array.isArray(item)
      ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)))
      : item,
  );
}
