/** The field types of this library for those that Python declares. */
import {
  boolean,
  dateTime,
  dictOf,
  type FieldType,
  float,
  integer,
  ipAddress,
  ipNetwork,
  ipv4Address,
  ipv6Address,
  listOf,
  macAddress,
  type ObjectClass,
  objectOf,
  oneOf,
  pciAddress,
  setOf,
  string,
  uuid,
  type VersionedObject,
} from '../../../src/entries/index.ts';
import type { TypeDeclaration } from './rows.ts';

/** The class of an object name; undefined for a class that the data does not declare. */
export type ClassOf = (name: string) => ObjectClass<VersionedObject> | undefined;

/** The field type of a declaration. A type of a project's own takes every value. */
export function typeOfField(declaration: TypeDeclaration, classOf: ClassOf): FieldType<unknown> {
  const { type, object, element, values, values_kind: kind, oslo } = declaration;
  if (object !== undefined) {
    const { name, subclasses } = object;
    const known = () => classOf(name) ?? fail(`no class ${name} is declared`);
    const isPolymorphic = type === 'PolymorphicObject';
    return { ...objectOf(known, { subclasses: subclasses || isPolymorphic }), osloName: type };
  }
  if (element !== undefined && oslo) return collection(type, typeOfField(element, classOf), element.nullable);
  if (values !== undefined && declaration.extends.includes('Enum')) return enumeration(declaration, kind === 'list');
  if (type === 'Enum' && values !== undefined) return enumeration(declaration, kind === 'list');
  return (oslo ? OSLO[type] : undefined) ?? anything(nameIn(declaration));
}

const OSLO: Readonly<Record<string, FieldType<unknown>>> = {
  Boolean: boolean(),
  DateTime: dateTime(),
  Float: float(),
  Integer: integer(),
  IPAddress: ipAddress(),
  IPNetwork: ipNetwork(),
  IPV4Address: ipv4Address(),
  IPV6Address: ipv6Address(),
  MACAddress: macAddress(),
  PCIAddress: pciAddress(),
  String: string(),
  UUID: uuid(),
};

function collection(type: string, element: FieldType<unknown>, nullable: boolean): FieldType<unknown> {
  if (type === 'Dict') return dictOf(element, { nullable });
  return type === 'Set' ? setOf(element, { nullable }) : listOf(element, { nullable });
}

function enumeration({ type, values = [], repr = '' }: TypeDeclaration, isList: boolean): FieldType<unknown> {
  const fingerprint = { valid_values: isList ? [...values] : { tuple: values } };
  return { ...oneOf(values, type), ...(repr.includes('valid_values=') ? { fingerprint } : { fingerprint: {} }) };
}

function anything(osloName: string): FieldType<unknown> {
  const keep = (value: unknown) => value;
  return { osloName, coerce: keep, read: keep, schema: () => ({}), equal: isSameJson };
}

/** The name of the type in the fingerprint. It is the name of the metaclass if the project gave a class. */
function nameIn({ repr, type }: TypeDeclaration): string {
  return repr?.slice(0, repr.indexOf('(')) ?? type;
}

function isSameJson(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function fail(why: string): never {
  throw new Error(why);
}
