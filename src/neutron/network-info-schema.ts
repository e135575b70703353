/** The schema of an entry of nova's network_info cache. Other members of an entry are ignored. */
import { ipAddress, ipNetwork, macAddress } from '../versioned/fields/addresses.ts';
import { uuid } from '../versioned/fields/scalars.ts';
import { DIALECT } from '../versioned/json-schema.ts';
import type { JsonSchema, SchemaContext } from '../versioned/model.ts';
import { type Check, compileCheck } from '../versioned/validation/checker.ts';
import type { Findings } from '../versioned/validation/violations.ts';
import { BOOLEAN_SCHEMA } from './lenient-values.ts';
import { type BindingAttributes, bindingForms, bindingRules } from './port-binding-schema.ts';
import { RULES_BY_VIF_TYPE } from './vif-types.ts';

/** The violations of an entry without those of its binding, each with its path in the entry. */
export function checkEntry(entry: unknown): Findings {
  compiled ??= compileCheck(schema());
  return compiled(entry);
}

let compiled: Check | undefined;

/**
 * The JSON Schema (2020-12) of an entry of nova's network_info cache that can be converted to a
 * VIF, including its binding.
 */
export function networkInfoSchema(): JsonSchema {
  const { properties, required } = schema();
  return {
    $schema: DIALECT,
    $id: 'os-vif:/schemas/nova/network-info.json',
    title: 'Entry of network_info',
    description: "an entry of nova's network_info cache that can be converted to a VIF",
    $comment:
      'For each type: the required details and profile, and their forms. Parameters of 802.1qbg may be in qbg_params, in details or in ' +
      'network.meta.interface; this schema does not check which. Other keys are ignored.',
    type: 'object',
    properties: {
      id: uuid().schema(CONTEXT),
      address: macAddress().schema(CONTEXT),
      ...bindingForms(ENTRY),
      ...Object(properties),
    },
    required: ['id', 'address', ENTRY.vifType, ...(Array.isArray(required) ? required : [])],
    allOf: bindingRules(ENTRY, new Map([...RULES_BY_VIF_TYPE].filter(([vifType]) => vifType !== '802.1qbg'))),
  };
}

/** The names of the parts of a binding in an entry. */
const ENTRY: BindingAttributes = { vifType: 'type', vnicType: 'vnic_type', details: 'details', profile: 'profile' };

/** The types have no children, so their schemas contain no references. */
const CONTEXT: SchemaContext = { form: 'plain', objectSchema: () => ({}) };

function schema(): JsonSchema {
  const string = { description: 'a string', type: 'string' };
  const boolean = BOOLEAN_SCHEMA;
  const ip = ipAddress().schema(CONTEXT);
  const cidr = ipNetwork().schema(CONTEXT);
  const address = object({ address: ip }, ['address']);
  const gateway = nullOr(object({ address: nullOr(ip) }));
  const fixedIp = object({ address: ip, floating_ips: listOf(address) }, ['address']);
  const route = object({ cidr, gateway, interface: nullOr(string) }, ['cidr']);
  const subnet = object({
    cidr: nullOr(cidr),
    dns: listOf(address),
    gateway,
    ips: listOf(fixedIp),
    routes: listOf(route),
  });
  const meta = object({
    mtu: nullOr(MTU),
    bridge_interface: nullOr(string),
    multi_host: nullOr(boolean),
    should_create_bridge: nullOr(boolean),
    should_create_vlan: nullOr(boolean),
    vlan: nullOr(VLAN),
    interface: nullOr(string),
  });
  const needsVlan = {
    if: object({ should_create_vlan: boolean }, ['should_create_vlan']),
    then: object({ vlan: VLAN }, ['vlan']),
  };
  const properties = {
    id: uuid().schema(CONTEXT),
    bridge: nullOr(string),
    label: nullOr(string),
    subnets: listOf(subnet),
    meta: { ...meta, ...needsVlan },
  };
  const entry = {
    network: object(properties, ['id']),
    devname: nullOr(string),
    ovs_interfaceid: { anyOf: [uuid().schema(CONTEXT), { const: '' }, { type: 'null' }] },
    active: nullOr(boolean),
    preserve_on_delete: nullOr(boolean),
    delegate_create: nullOr(boolean),
  };
  return object(entry, ['network']);
}

const MTU_DESCRIPTION = 'a number of bytes';
const MTU = {
  anyOf: [
    { description: MTU_DESCRIPTION, type: 'integer', minimum: 0, maximum: 0xffffffff },
    { description: MTU_DESCRIPTION, type: 'string', pattern: '^[0-9]{1,9}$' },
  ],
};

const VLAN_DESCRIPTION = 'a VLAN id';
const VLAN = {
  anyOf: [
    { description: VLAN_DESCRIPTION, type: 'integer', minimum: 0, maximum: 4095 },
    { description: VLAN_DESCRIPTION, type: 'string', pattern: '^[0-9]{1,4}$' },
  ],
};

function object(properties: Readonly<Record<string, JsonSchema>>, required: readonly string[] = []): JsonSchema {
  return { type: 'object', properties, required };
}

function listOf(items: JsonSchema): JsonSchema {
  return nullOr({ type: 'array', items });
}

function nullOr(schema: JsonSchema): JsonSchema {
  return { anyOf: [schema, { type: 'null' }] };
}
