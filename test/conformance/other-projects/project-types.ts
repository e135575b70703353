/** The field types that the projects have of their own, written as a user would write them. */
import {
  boolean,
  dictOf,
  type FieldType,
  fieldType,
  integer,
  ipNetwork,
  type JsonValue,
  jsonText,
  listOf,
  macAddress,
  string,
  uuid,
} from '../../../src/entries/index.ts';
import type { FieldData } from './declaration.ts';

/** Python's type of a declaration that is not oslo's own. `base` is the type from `values` or `element`. */
export function customTypeOf(declaration: FieldData, base?: FieldType<unknown>): FieldType<unknown> {
  const make = PROJECT_TYPES[declaration.type];
  if (make !== undefined && !declaration.oslo) return make(declaration, base);
  if (base !== undefined) return base;
  throw new Error(`the test has no type for ${declaration.field} (${declaration.type}): add it to PROJECT_TYPES`);
}

type Make = (declaration: FieldData, base: FieldType<unknown> | undefined) => FieldType<unknown>;

const PROJECT_TYPES: Readonly<Record<string, Make>> = {
  Any: anyValue,
  Boolean: boolean,
  Capacity: rangeOf('minimum', 'maximum'),
  DictOfMiscValues: jsonObject,
  DictOfMiscValuesField: jsonObject,
  DomainName: () => textOfLength('DomainName', 0, 255),
  DscpMark: oneOfNumbers,
  FlexibleDict: () => dictOf(anyValue(), { nullable: true }),
  FlexibleListOfDict: () => listOf(dictOf(anyValue(), { nullable: true })),
  IDEAddress: () => string({ pattern: '^[01]:[01]' }),
  IPNetwork: () => ipNetwork(),
  IPNetworkPrefixLen: rangeOf('_start', '_end'),
  IPVersionEnum: oneOfNumbers,
  IdentityList: () => identities(),
  Json: () => jsonText(),
  MACAddress: () => macAddress(),
  Name: () => textOfLength('Name', 1, 255),
  NetworkVIFModel: () => jsonText(),
  NonNegativeInteger: () => integer({ minimum: 0 }),
  PortRange: rangeOf('_start', '_end'),
  PortRanges: () => portRanges(),
  SCSIAddress: () => string({ pattern: '^[a-f0-9]+:[a-f0-9]+:[a-f0-9]+:[a-f0-9]+' }),
  USBAddress: () => string({ pattern: '^[a-f0-9]+:[a-f0-9]+' }),
  UUID: () => uuid(),
  VlanIdRange: rangeOf('_start', '_end'),
  XenAddress: () => string({ pattern: '^(?:00[0-9]{2}00|[1-9][0-9]+)' }),
};

/** Python's FieldType: any value that JSON can express. */
export function anyValue(): FieldType<JsonValue> {
  return fieldType<JsonValue>({
    osloName: 'FieldType',
    expected: 'a value that JSON can express',
    // A list of JSON text accepts each value, also strings.
    accept: (value) => {
      const [item] = [jsonText().coerce([value])].flat();
      return item;
    },
    schema: {},
  });
}

function rangeOf(least: string, most: string): Make {
  return ({ type, parameters = {} }) => {
    const [minimum, maximum] = [Number(parameters[least]), Number(parameters[most])];
    return fieldType({
      osloName: type,
      expected: `an integer from ${minimum} to ${maximum}`,
      accept: (value) => {
        const number = integer().coerce(value);
        return number >= minimum && number <= maximum ? number : undefined;
      },
      schema: { type: 'integer', minimum, maximum },
    });
  };
}

function oneOfNumbers({ type, values = [] }: FieldData): FieldType<number> {
  return fieldType({
    osloName: type,
    expected: `one of ${values.join(', ')}`,
    accept: (value) => (typeof value === 'number' && values.includes(value) ? value : undefined),
    schema: { enum: [...values] },
  });
}

function textOfLength(osloName: string, minLength: number, maxLength: number): FieldType<string> {
  return fieldType({
    osloName,
    expected: `a string of ${minLength} to ${maxLength} characters`,
    accept: (value) => {
      const text = string().coerce(value);
      return text.length >= minLength && text.length <= maxLength ? text : undefined;
    },
    schema: { type: 'string', minLength, maxLength },
  });
}

/** neutron: JSON text that is an object. */
function jsonObject({ type }: FieldData): FieldType<JsonValue> {
  return fieldType({ extends: jsonText(), osloName: type });
}

/** neutron: a port, or two ports such as `80:90`. */
function portRanges(): FieldType<string | number> {
  const expected = 'a port, or two ports such as 80:90';
  const isPort = (port: number) => Number.isInteger(port) && port >= 1 && port <= 65535;
  return fieldType<string | number>({
    osloName: 'PortRanges',
    expected,
    accept: (value) => {
      if (typeof value === 'number') return isPort(value) ? value : undefined;
      const ports = typeof value === 'string' && /^[0-9]+(?::[0-9]+)?$/.test(value) ? value.split(':').map(Number) : [];
      const [first = 0, last = first] = ports;
      return typeof value === 'string' && isPort(first) && isPort(last) && first <= last ? value : undefined;
    },
    schema: { type: ['string', 'integer'] },
  });
}

/** senlin: a list with at least one string, and no string twice. */
function identities(): FieldType<readonly string[]> {
  const list = listOf(string());
  return fieldType<readonly string[]>({
    extends: list,
    osloName: 'IdentityList',
    expected: 'at least one string, and no string twice',
    accept: (value) => {
      const items = list.coerce(value);
      return items.length > 0 && new Set(items).size === items.length ? items : undefined;
    },
    schema: { type: 'array', items: { type: 'string' }, minItems: 1, uniqueItems: true },
  });
}
