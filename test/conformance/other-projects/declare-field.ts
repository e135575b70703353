/** Turns a declaration of the data into a field type of this library. */
import {
  boolean,
  dateTime,
  dictOf,
  type FieldType,
  fieldType,
  flexibleBoolean,
  float,
  integer,
  ipAddress,
  ipNetwork,
  ipv4Address,
  ipv4AndV6Address,
  ipv6Address,
  listOf,
  macAddress,
  type ObjectClass,
  objectOf,
  oneOf,
  pciAddress,
  sensitiveString,
  setOf,
  string,
  uuid,
  versionPredicate,
} from '../../../src/entries/index.ts';
import type { FieldData } from './declaration.ts';
import { anyValue, customTypeOf } from './project-types.ts';

/** The class of an object name. It is called when a value is checked, not when the field is declared. */
export type ResolveObject = (name: string) => ObjectClass;

/** The field type of a declaration. */
export function fieldTypeOf(declaration: FieldData, resolveObject: ResolveObject): FieldType<unknown> {
  const type = typeOf(declaration, resolveObject);
  // Python prints the metaclass if a project gives the class of a type in place of an instance.
  const osloName = declaration.declared_as_class ? 'ABCMeta' : declaration.type;
  return type.osloName === osloName ? type : fieldType({ extends: type, osloName });
}

function typeOf(declaration: FieldData, resolveObject: ResolveObject): FieldType<unknown> {
  const { type, object, element, values = [], extends: bases } = declaration;
  const kind = declaration.oslo ? type : (bases[0] ?? type);
  if (object !== undefined) {
    const subclasses = object.subclasses || type === 'PolymorphicObject';
    return objectOf(() => resolveObject(object.name), { subclasses });
  }
  const collect = COLLECTIONS.get(kind);
  if (element !== undefined && collect !== undefined) {
    const collection = collect(fieldTypeOf(element, resolveObject), element.nullable);
    return declaration.oslo ? collection : customTypeOf(declaration, collection);
  }
  const words = values.filter((value) => typeof value === 'string');
  if (words.length > 0) return enumerationOf(declaration, words);
  if (type === 'Float') return floatOf(declaration);
  return declaration.oslo ? (OSLO_TYPES[type]?.() ?? unknownType(declaration)) : customTypeOf(declaration);
}

type Collect = (element: FieldType<unknown>, nullable: boolean) => FieldType<unknown>;

const COLLECTIONS: ReadonlyMap<string, Collect> = new Map<string, Collect>([
  ['List', (element, nullable) => (nullable ? listOf(element, { nullable }) : listOf(element))],
  ['Set', (element, nullable) => (nullable ? setOf(element, { nullable }) : setOf(element))],
  ['Dict', (element, nullable) => (nullable ? dictOf(element, { nullable }) : dictOf(element))],
]);

/** Fields whose class does not derive from oslo's BaseEnumField. Their fingerprints do not have the values. */
const WITHOUT_VALUES: ReadonlySet<string> = new Set([
  'DeviceTypeField',
  'EtherTypeEnumField',
  'FlowDirectionEnumField',
  'IPV6ModeEnumField',
  'PortBindingStatusEnumField',
  'IpProtocolEnumField',
  'ClusterActionNameField',
  'ReceiverTypeField',
  'ResourceClassField',
]);

function enumerationOf(declaration: FieldData, words: readonly string[]): FieldType<unknown> {
  const { type, field, values_kind: declaredAs = 'tuple' } = declaration;
  const enumeration = oneOf(words, { osloName: type, declaredAs });
  const printed = WITHOUT_VALUES.has(field) ? fieldType({ extends: enumeration, fingerprint: {} }) : enumeration;
  return customTypeOf(declaration, printed);
}

/** JavaScript does not distinguish 1.0 and 1; the projects declare the default of a Float as 1.0. */
function floatOf({ default: value }: FieldData): FieldType<unknown> {
  if (typeof value !== 'number' || !Number.isInteger(value)) return float();
  return fieldType({ extends: float(), fingerprint: { default: { python: `${value}.0` } } });
}

const OSLO_TYPES: Readonly<Record<string, () => FieldType<unknown>>> = {
  Boolean: boolean,
  DateTime: dateTime,
  FieldType: anyValue,
  FlexibleBoolean: flexibleBoolean,
  IPAddress: ipAddress,
  IPNetwork: ipNetwork,
  IPV4Address: ipv4Address,
  IPV4AndV6Address: ipv4AndV6Address,
  IPV6Address: ipv6Address,
  Integer: integer,
  MACAddress: macAddress,
  PCIAddress: pciAddress,
  SensitiveString: sensitiveString,
  String: string,
  UUID: uuid,
  VersionPredicate: versionPredicate,
};

function unknownType({ type, field }: FieldData): never {
  throw new Error(`the test has no type for ${field} (${type}): add it to OSLO_TYPES or to project-types.ts`);
}
