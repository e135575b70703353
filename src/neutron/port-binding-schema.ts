/** The JSON Schema of a port binding: the table of vif types, told in another language. `schemas/neutron/port-binding.json` is this. */
import { ipAddress, macAddress, pciAddress } from '../versioned/addresses.ts';
import type { JsonSchema, SchemaContext } from '../versioned/json-schema.ts';
import { uuid } from '../versioned/scalars.ts';
import { VNIC_TYPES } from './port.ts';
import { VIF_TYPES, type Way } from './vif-types.ts';

/** JSON Schema (2020-12) of a port that a VIF can be made of, as Neutron's API shows it to an administrator. */
export function portBindingSchema(): JsonSchema {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'https://os-vif.example/schemas/neutron/port-binding.json',
    title: 'Port binding',
    description: 'a Neutron port that a VIF can be made of',
    $comment:
      'For each binding:vif_type, the details and the profile that it needs, and their forms. Attributes and keys that are not named ' +
      'here are ignored.',
    type: 'object',
    properties: PORT,
    required: ['id', 'mac_address', VIF_TYPE],
    allOf: [...VIF_TYPES].map(([vifType, ways]) => ({
      if: { type: 'object', properties: { [VIF_TYPE]: { const: vifType } }, required: [VIF_TYPE] },
      // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
      then: firstOf(ways),
    })),
  };
}

const VIF_TYPE = 'binding:vif_type';
const DETAILS = 'binding:vif_details';
const PROFILE = 'binding:profile';
const VNIC_TYPE = 'binding:vnic_type';

/** These types have no children, so there is nothing to refer to. */
const CONTEXT: SchemaContext = { form: 'plain', objectSchema: () => ({}) };

const UUID = uuid().schema(CONTEXT);
const MAC = macAddress().schema(CONTEXT);
const BOOLEAN = { description: 'true or false', type: 'boolean' };
const STRING = { description: 'a string', type: 'string' };
const NAME = { description: 'a string that is not empty', type: 'string', minLength: 1 };
const BYTE = digits(255, '25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9]');
const THREE_BYTES = digits(
  0xffffff,
  '1677721[0-5]|167772[0-1][0-9]|16777[0-1][0-9]{2}|1677[0-6][0-9]{3}|167[0-6][0-9]{4}|16[0-6][0-9]{5}|1[0-5][0-9]{6}|[1-9][0-9]{0,6}|0',
);
const VLAN = digits(4094, '409[0-4]|40[0-8][0-9]|[1-3][0-9]{3}|[1-9][0-9]{0,2}|0');

const DETAIL_FORMS: Readonly<Record<string, JsonSchema>> = {
  port_filter: nullOr(BOOLEAN),
  connectivity: nullOr(STRING),
  ovs_hybrid_plug: nullOr(BOOLEAN),
  ovs_create_tap: nullOr(BOOLEAN),
  datapath_type: nullOr(STRING),
  bridge_name: nullOr(STRING),
  vhostuser_socket: NAME,
  vhostuser_mode: { type: 'string', enum: ['client', 'server'] },
  vhostuser_ovs_plug: nullOr(BOOLEAN),
  vhostuser_fp_plug: nullOr(BOOLEAN),
  vhostuser_vrouter_plug: nullOr(BOOLEAN),
  mac_address: nullOr(MAC),
  macvtap_source: NAME,
  macvtap_mode: { type: 'string', enum: ['vepa', 'passthrough', 'bridge'] },
  physical_interface: NAME,
  vlan: nullOr(VLAN),
  profileid: { description: 'a string of at most 39 characters', type: 'string', maxLength: 39 },
  managerid: BYTE,
  typeid: THREE_BYTES,
  typeidversion: BYTE,
  instanceid: UUID,
};

const PORT: Readonly<Record<string, JsonSchema>> = {
  id: UUID,
  mac_address: MAC,
  network_id: UUID,
  fixed_ips: nullOr({
    type: 'array',
    items: {
      type: 'object',
      properties: { ip_address: ipAddress().schema(CONTEXT), subnet_id: STRING },
      required: ['ip_address'],
    },
  }),
  ip_allocation: nullOr({ type: 'string', enum: ['immediate', 'deferred', 'none'] }),
  admin_state_up: nullOr(BOOLEAN),
  status: nullOr(STRING),
  [VIF_TYPE]: { type: 'string', enum: [...VIF_TYPES.keys()] },
  [VNIC_TYPE]: { type: 'string', enum: [...VNIC_TYPES], default: 'normal' },
  [DETAILS]: nullOr({ type: 'object', properties: DETAIL_FORMS }),
  [PROFILE]: nullOr({ type: 'object', properties: { pci_slot: pciAddress().schema(CONTEXT) } }),
};

/** What the first way needs whose condition holds; where none is left, a vnic type that one of them takes. */
function firstOf([way, ...others]: readonly Way[], refused: readonly string[] = []): JsonSchema {
  if (way === undefined)
    return { type: 'object', properties: { [VNIC_TYPE]: { enum: refused } }, required: [VNIC_TYPE] };
  const condition = conditionOf(way);
  if (condition === undefined) return needsOf(way);
  const otherwise = firstOf(others, [...refused, ...(way.vnicTypes ?? [])]);
  // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
  return { if: condition, then: needsOf(way), else: otherwise };
}

/** A port that says no vnic type is `normal`. */
function conditionOf({ vnicTypes, flags }: Way): JsonSchema | undefined {
  if (vnicTypes === undefined && flags === undefined) return undefined;
  const isSet = Object.fromEntries((flags ?? []).map((flag) => [flag, { const: true }]));
  return {
    type: 'object',
    properties: {
      ...(vnicTypes && { [VNIC_TYPE]: { enum: [...vnicTypes] } }),
      ...(flags && { [DETAILS]: { type: 'object', properties: isSet, required: [...flags] } }),
    },
    required: [
      ...(vnicTypes === undefined || vnicTypes.includes('normal') ? [] : [VNIC_TYPE]),
      ...(flags === undefined ? [] : [DETAILS]),
    ],
  };
}

function needsOf({ details = [], profile = [] }: Way): JsonSchema {
  const wanted = ([attribute, keys]: readonly [string, readonly string[]]) => [
    attribute,
    // What is needed may not be null either, where null says that there is none.
    {
      type: 'object',
      properties: Object.fromEntries(keys.map((key) => [key, NOT_NULL])),
      required: [...keys],
    },
  ];
  const needed = (
    [
      [DETAILS, details],
      [PROFILE, profile],
    ] as const
  ).filter(([, keys]) => keys.length > 0);
  return {
    type: 'object',
    properties: Object.fromEntries(needed.map(wanted)),
    required: needed.map(([attribute]) => attribute),
  };
}

const NOT_NULL = { description: 'a value', not: { type: 'null' } };

/** A whole number from 0 up, or its decimal digits. */
function digits(maximum: number, pattern: string): JsonSchema {
  const description = `a whole number from 0 to ${maximum}`;
  return {
    anyOf: [
      { description, type: 'integer', minimum: 0, maximum },
      { description, type: 'string', pattern: `^(?:${pattern})$` },
    ],
  };
}

function nullOr(schema: JsonSchema): JsonSchema {
  return { anyOf: [schema, { type: 'null' }] };
}
