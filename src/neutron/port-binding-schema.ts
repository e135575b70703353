/**
 * Creates the JSON Schema of a port binding from the table of vif types, for
 * `schemas/neutron/port-binding.json`.
 */
import { ipAddress, macAddress, pciAddress } from '../versioned/fields/addresses.ts';
import { uuid } from '../versioned/fields/scalars.ts';
import { DIALECT } from '../versioned/json-schema.ts';
import type { JsonSchema, SchemaContext } from '../versioned/model.ts';
import { BOOLEAN_DETAILS, BOOLEAN_SCHEMA, FORMS_OF_TRUE } from './lenient-values.ts';
import { VNIC_TYPES } from './port.ts';
import { type ConversionRule, RULES_BY_VIF_TYPE } from './vif-types.ts';

/**
 * The JSON Schema (2020-12) of a port that can be converted to a VIF, as Neutron's API shows
 * it to an administrator.
 */
export function portBindingSchema(): JsonSchema {
  return {
    $schema: DIALECT,
    $id: 'os-vif:/schemas/neutron/port-binding.json',
    title: 'Port binding',
    description: 'a Neutron port that can be converted to a VIF',
    $comment:
      'For each binding:vif_type: the required details and profile, and their forms. Other attributes and keys are ignored.',
    type: 'object',
    properties: PORT,
    required: ['id', 'mac_address', NEUTRON.vifType],
    allOf: bindingRules(NEUTRON),
  };
}

/** The names of the parts of a binding. */
export interface BindingAttributes {
  readonly vifType: string;
  readonly vnicType: string;
  readonly details: string;
  readonly profile: string;
}

const NEUTRON: BindingAttributes = {
  vifType: 'binding:vif_type',
  vnicType: 'binding:vnic_type',
  details: 'binding:vif_details',
  profile: 'binding:profile',
};

/** The required parts of a binding, for each vif type. */
export function bindingRules(attributes: BindingAttributes, vifTypes = RULES_BY_VIF_TYPE): JsonSchema[] {
  const { vifType } = attributes;
  return [...vifTypes].map(([name, ways]) => ({
    if: { type: 'object', properties: { [vifType]: { const: name } }, required: [vifType] },
    then: firstOf(ways, attributes),
  }));
}

/** The forms of the parts of a binding, for all vif types. */
export function bindingForms({ vifType, vnicType, details, profile }: BindingAttributes): Record<string, JsonSchema> {
  return {
    [vifType]: { type: 'string', enum: [...RULES_BY_VIF_TYPE.keys()] },
    [vnicType]: {
      ...described(oneOf(VNIC_TYPES)),
      anyOf: [oneOf(VNIC_TYPES), { type: 'null' }, { const: '' }],
      default: 'normal',
    },
    [details]: nullOr({ type: 'object', properties: DETAIL_FORMS }),
    [profile]: nullOr({ type: 'object', properties: PROFILE_FORMS }),
  };
}

/** The types have no children, so their schemas contain no references. */
const CONTEXT: SchemaContext = { form: 'plain', objectSchema: () => ({}) };

const UUID = uuid().schema(CONTEXT);
const MAC = macAddress().schema(CONTEXT);
const STRING = { description: 'a string', type: 'string' };
const NAME = { description: 'a string that is not empty', type: 'string', minLength: 1 };
const BYTE = digits(255, '25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9]');
const THREE_BYTES = digits(
  0xffffff,
  '1677721[0-5]|167772[0-1][0-9]|16777[0-1][0-9]{2}|1677[0-6][0-9]{3}|167[0-6][0-9]{4}|16[0-6][0-9]{5}|1[0-5][0-9]{6}|[1-9][0-9]{0,6}|0',
);
const VLAN = digits(4094, '409[0-4]|40[0-8][0-9]|[1-3][0-9]{3}|[1-9][0-9]{0,2}|0');

const DETAIL_FORMS: Readonly<Record<string, JsonSchema>> = {
  ...Object.fromEntries(BOOLEAN_DETAILS.map((name) => [name, nullOr(BOOLEAN_SCHEMA)])),
  connectivity: nullOr(STRING),
  datapath_type: nullOr(STRING),
  bridge_name: nullOr(STRING),
  vhostuser_socket: NAME,
  vhostuser_mode: oneOf(['client', 'server']),
  mac_address: nullOr(MAC),
  macvtap_source: NAME,
  macvtap_mode: oneOf(['vepa', 'passthrough', 'bridge', 'private']),
  physical_interface: NAME,
  vlan: nullOr(VLAN),
  profileid: { description: 'a string of at most 39 characters', type: 'string', maxLength: 39 },
  managerid: BYTE,
  typeid: THREE_BYTES,
  typeidversion: BYTE,
  instanceid: UUID,
};

/** The names of all details that the conversion reads. */
export const DETAIL_NAMES: readonly string[] = Object.keys(DETAIL_FORMS);

const PROFILE_FORMS: Readonly<Record<string, JsonSchema>> = { pci_slot: pciAddress().schema(CONTEXT) };

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
  ip_allocation: nullOr(oneOf(['immediate', 'deferred', 'none'])),
  admin_state_up: nullOr(BOOLEAN_SCHEMA),
  status: nullOr(STRING),
  ...bindingForms(NEUTRON),
};

/**
 * The schema of the first rule whose condition is true.
 * Without such a rule, the schema lists the vnic types of all rules.
 */
function firstOf(
  [rule, ...others]: readonly ConversionRule[],
  attributes: BindingAttributes,
  refused: readonly string[] = [],
): JsonSchema {
  const { vnicType } = attributes;
  if (rule === undefined)
    return { type: 'object', properties: { [vnicType]: { enum: refused } }, required: [vnicType] };
  const condition = conditionOf(rule, attributes);
  if (condition === undefined) return needsOf(rule, attributes);
  const otherwise = firstOf(others, attributes, [...refused, ...(rule.vnicTypes ?? [])]);
  return { if: condition, then: needsOf(rule, attributes), else: otherwise };
}

/** The condition of a rule. A missing vnic type, null and the empty string mean `normal`. */
function conditionOf(
  { vnicTypes, flags }: ConversionRule,
  { vnicType, details }: BindingAttributes,
): JsonSchema | undefined {
  if (vnicTypes === undefined && flags === undefined) return undefined;
  const isSet = Object.fromEntries((flags ?? []).map((flag) => [flag, { enum: [...FORMS_OF_TRUE] }]));
  return {
    type: 'object',
    properties: {
      ...(vnicTypes && { [vnicType]: { enum: [...vnicTypes, ...(vnicTypes.includes('normal') ? [null, ''] : [])] } }),
      ...(flags && { [details]: { type: 'object', properties: isSet, required: [...flags] } }),
    },
    required: [
      ...(vnicTypes === undefined || vnicTypes.includes('normal') ? [] : [vnicType]),
      ...(flags === undefined ? [] : [details]),
    ],
  };
}

function needsOf({ details = [], profile = [] }: ConversionRule, attributes: BindingAttributes): JsonSchema {
  const needed = (
    [
      [attributes.details, details, DETAIL_FORMS],
      [attributes.profile, profile, PROFILE_FORMS],
    ] as const
  ).filter(([, keys]) => keys.length > 0);
  const wanted = ([attribute, keys, forms]: (typeof needed)[number]) => [
    attribute,
    {
      type: 'object',
      properties: Object.fromEntries(keys.map((key) => [key, notNull(forms[key])])),
      required: [...keys],
    },
  ];
  return {
    type: 'object',
    properties: Object.fromEntries(needed.map(wanted)),
    required: needed.map(([attribute]) => attribute),
  };
}

/** The form of a required value, where null means a missing value. */
function notNull(form: JsonSchema = {}): JsonSchema {
  return { ...described(form), not: { type: 'null' } };
}

/** A whole number from 0 to `maximum`, or its decimal digits, which may start with zeros. */
function digits(maximum: number, pattern: string): JsonSchema {
  const description = `a whole number from 0 to ${maximum}`;
  return {
    description,
    anyOf: [
      { description, type: 'integer', minimum: 0, maximum },
      { description, type: 'string', pattern: `^0*(?:${pattern})$` },
    ],
  };
}

function oneOf(words: readonly string[]): JsonSchema {
  return { description: `one of ${words.join(', ')}`, type: 'string', enum: [...words] };
}

function nullOr(schema: JsonSchema): JsonSchema {
  return { ...described(schema), anyOf: [schema, { type: 'null' }] };
}

function described({ description }: JsonSchema): JsonSchema {
  return description === undefined ? {} : { description };
}
