/** The schemas of the JSON that the command prints, one for each verb that prints JSON of its own. */

import { COLLECTION_OUTCOMES } from '../../src/cli/output/collected.ts';
import { OUTCOMES } from '../../src/cli/output/outcomes.ts';
import type { JsonSchema } from '../../src/entries/index.ts';
import { DIALECT } from '../../src/versioned/json-schema.ts';
import type { ResynchronizationReason, WatchEvent } from '../../src/watch/vif-watch.ts';

/** By path below `schemas/`. */
export function commandSchemas(): [path: string, schema: JsonSchema][] {
  return Object.entries(OUTPUTS).map(([verb, { title, ...schema }]) => {
    const path = `command/${verb}.json`;
    return [path, { $schema: DIALECT, $id: `os-vif:/schemas/${path}`, title: `os-vif ${verb}: ${title}`, ...schema }];
  });
}

const text = (description: string): JsonSchema => ({ type: 'string', description });
const texts = (description: string): JsonSchema => ({ type: 'array', items: { type: 'string' }, description });
const any = (description: string): JsonSchema => ({ description });
const list = (items: JsonSchema, description?: string): JsonSchema => ({
  type: 'array',
  items,
  ...(description !== undefined && { description }),
});

/** An object with these members and no others. Names that end in `?` are optional. */
function members(properties: Readonly<Record<string, JsonSchema>>, description?: string): JsonSchema {
  const entries = Object.entries(properties);
  return {
    type: 'object',
    ...(description !== undefined && { description }),
    properties: Object.fromEntries(entries.map(([name, schema]) => [name.replace(/\?$/, ''), schema])),
    required: entries.map(([name]) => name).filter((name) => !name.endsWith('?')),
    additionalProperties: false,
  };
}

const where = text('The place in the input, such as `vifs.yaml[2]`.');
const id = text('The id of the VIF. Absent if the item has none that can be read.');
const element = text('The kind and the name of the element, such as `tap tap1a2b3c4d-5e`.');
const on = text('The device, the row or the other resource.');
const property = text('The name of the property, such as `mtu`.');

const error = members(
  {
    codes: texts('The code of the error and the codes of its causes, such as `ERR_OSVIF_PLUG`.'),
    message: text('What failed, what was expected, and what to do.'),
    'left?': texts('The elements that stay on the host after a plug or an unplug that failed.'),
  },
  'Why the item failed.',
);
const failure = members({ where, 'id?': id, error }, 'An item that failed.');

/** One item, or a list of them if the input was a list. */
function itemOrList(items: readonly JsonSchema[]): JsonSchema {
  const item = { anyOf: items };
  return { $defs: { item }, anyOf: [{ $ref: '#/$defs/item' }, list({ $ref: '#/$defs/item' })] };
}

const drift: JsonSchema = {
  description: 'A difference between the host and the state that a plug creates.',
  anyOf: [
    members({
      type: { const: 'missing' },
      element,
      on,
      'reason?': text('Why a plug fails here. Absent: a plug creates it.'),
    }),
    members({ type: { const: 'conflict' }, element, on, reason: text('Why a plug fails here.') }),
    members({
      type: { const: 'differs' },
      element,
      on,
      property,
      want: any('The value that a plug sets.'),
      have: any('The value on the host.'),
    }),
  ],
};

const created = members({ action: { const: 'create' }, element, on });
const changed = members({
  action: { const: 'change' },
  element,
  on,
  property,
  from: any('The value before.'),
  to: any('The value after.'),
});
const removed = members({ action: { const: 'remove' }, element, on });
const refused = members({ action: { const: 'refuse' }, element, on, reason: text('Why the plug fails here.') });

const steps = list(
  { anyOf: [created, changed, removed] },
  'The changes of the host, in order. Empty also if the plugin does not tell them.',
);

const REASONS: Readonly<Record<ResynchronizationReason, true>> = { start: true, 'events lost': true, interval: true };

const time = text('When the event was printed, as RFC 3339 has it.');
const happened = (event: WatchEvent['type']): Readonly<Record<string, JsonSchema>> => ({
  time,
  event: { const: event },
  id,
});

const note = members({ element, note: text('The fact, such as a source guard that compares the MAC address only.') });
const outcome = members({
  where,
  'id?': id,
  'type?': text('The class of the VIF.'),
  'plugin?': text('The plugin of the VIF.'),
  'device?': text('The name of the device of the VIF.'),
  outcome: { enum: OUTCOMES, description: 'What became of the VIF: docs/command.md describes each outcome.' },
  'changed?': {
    type: 'boolean',
    description: 'Whether the host was changed. Present if the VIF was plugged or unplugged.',
  },
  'steps?': steps,
  'notes?': list(text('What was not done, and why.')),
  'error?': error,
});
const plan = members({
  where,
  id,
  steps: list({ anyOf: [created, changed, refused] }, 'The steps of a plug, in order.'),
});
const removals = members({
  where,
  id,
  removals: list(members({ kind: text('The kind of the device or row.'), name: text('Its name.') })),
});

const state: JsonSchema = { enum: ['missing', 'differs', 'conflict', 'create', 'change', 'refuse'] };
const graph = members(
  {
    title: text('The VIF and the guest.'),
    nodes: list(
      members({
        id: text('Unique in this graph.'),
        kind: text('The kind of the node, such as `tap`.'),
        name: text('The name on the host.'),
        facts: texts('Facts, such as `mtu 1450`.'),
        notes: texts('The drift of the node, or the steps of a plug.'),
        'state?': state,
        'group?': { enum: ['own', 'shared'] },
      }),
    ),
    edges: list(
      members({
        from: text('The id of a node.'),
        to: text('The id of a node.'),
        kind: { enum: ['carries', 'governs'] },
        label: text('The type of the connection.'),
        facts: texts('Facts about the edge.'),
        notes: texts('The drift of the edge, or the steps of a plug.'),
        'state?': state,
      }),
    ),
    groups: list(members({ id: { enum: ['own', 'shared'] }, title: text('The title of the frame.') })),
  },
  'Edges point from the guest to the wire.',
);

/** An object in the wire form or the plain form. Its class can be of another project. */
const object: JsonSchema = {
  type: 'object',
  description: 'The schemas in `primitive` and `plain` describe the objects of os-vif.',
};

/** The output of each verb. The exit code is 0 unless the description names another one. */
const OUTPUTS: Readonly<Record<string, JsonSchema & { readonly title: string; readonly description: string }>> = {
  adopt: {
    title: 'what was taken over',
    description: 'Exits with 1 if an item failed, or if a plug would fail.',
    ...itemOrList([
      members({
        where,
        id,
        adopted: list(members({ element, on }), 'The devices and rows that got the tag of the VIF.'),
        drifts: list(drift, 'The differences that are left.'),
      }),
      failure,
    ]),
  },
  backport: {
    title: 'objects in older versions',
    description: 'Prints nothing and exits with 1 if an item failed.',
    ...itemOrList([object]),
  },
  check: {
    title: 'the drift of each VIF',
    description: 'Exits with 1 if an item failed, or if a VIF has a drift.',
    ...itemOrList([
      members({ where, id, drifts: list(drift), 'notes?': list(note, 'Facts that are no drift.') }),
      failure,
    ]),
  },
  convert: {
    title: 'objects in another form',
    description: 'Prints nothing and exits with 1 if an item failed.',
    ...itemOrList([object]),
  },
  doctor: {
    title: 'the features of this host',
    description: 'Exits with 1 if a needed feature is missing.',
    ...list(
      members({
        name: text('The name of the feature, as --need takes it.'),
        state: { enum: ['yes', 'no', 'unknown'] },
        what: text('What was found.'),
        'advice?': text('What to do if the feature is missing.'),
      }),
    ),
  },
  fingerprints: {
    title: 'fingerprints, or differences from the expected ones',
    description: 'With --expect, prints the differences, and exits with 1 if there are any.',
    anyOf: [
      { type: 'object', additionalProperties: { type: 'string', pattern: '^[0-9]+\\.[0-9]+-[0-9a-f]{32}$' } },
      list(
        members({
          object: text('The name of the object.'),
          expected: { description: 'Null: the file does not name the object.' },
          found: { type: ['string', 'null'], description: 'Null: there is no object of this name.' },
        }),
      ),
    ],
  },
  gc: {
    title: 'devices and rows without a VIF',
    description: 'Prints nothing and exits with 1 or 2 if an item of the input failed.',
    ...list(
      members({
        kind: text('The kind of the device or row.'),
        name: text('Its name.'),
        'owner?': text('The id of the VIF that it was made for. Absent if several VIFs used it.'),
        outcome: { enum: COLLECTION_OUTCOMES },
      }),
    ),
  },
  graph: {
    title: 'the devices and rows of each VIF, with --json',
    description: 'Exits with 1 if an item failed.',
    ...itemOrList([graph, failure]),
  },
  'host-info': {
    title: 'the plugins of this host',
    description: 'A HostInfo in the wire form.',
    $ref: 'os-vif:/schemas/primitive/HostInfo.json',
  },
  ls: {
    title: 'the devices and rows of each VIF on this host',
    description: 'Sorted by VIF. Shared devices and rows come last.',
    ...list(
      members({
        'owner?': text('The id of the VIF. Absent for those that several VIFs use.'),
        resources: list(
          members({
            kind: text('The kind of the device, row or filter.'),
            name: text('Its name.'),
            'mode?': {
              enum: ['mac', 'mac-and-ip'],
              description: 'Only for a source guard: the source addresses that it compares.',
            },
            'drops?': {
              type: 'integer',
              minimum: 0,
              description: 'Only for a source guard: the number of frames that it dropped.',
            },
          }),
        ),
      }),
    ),
  },
  plan: {
    title: 'the steps of a plug',
    description: 'Exits with 1 if an item failed, or if a plug would fail. `plug --dry-run` prints the same.',
    ...itemOrList([plan, failure]),
  },
  plug: {
    title: 'the outcome of each VIF',
    description: 'Exits with 1 if an item failed, with 130 or 143 after a signal. With --dry-run: see plan.json.',
    ...itemOrList([outcome]),
  },
  schema: {
    title: 'names of schemas, or a JSON Schema',
    description: 'Without a name, prints the list of all names.',
    anyOf: [
      list(members({ name: text('The argument of os-vif schema.'), versions: texts('Oldest first.') })),
      { type: 'object', properties: { $schema: { const: DIALECT } }, required: ['$schema'] },
    ],
  },
  show: {
    title: 'objects in the plain form',
    description: 'Exits with 1 if an item failed.',
    ...itemOrList([
      { type: 'object', properties: { type: text('The name of the class.') }, required: ['type'] },
      failure,
    ]),
  },
  unplug: {
    title: 'the outcome of each VIF, or with --dry-run the devices and rows to remove',
    description: 'Exits with 1 if an item failed, with 130 or 143 after a signal.',
    ...itemOrList([outcome, removals, failure]),
  },
  validate: {
    title: 'the violations of each item',
    description: 'Exits with 1 if an item is not valid or failed.',
    ...itemOrList([
      members({
        where,
        valid: { type: 'boolean' },
        object: text('The class and version, or the kind of a document of Neutron or nova.'),
        violations: list(
          members({
            path: text('The place in the item, as a JSON Pointer (RFC 6901). Empty: the whole item.'),
            message: text('What was expected there, and what was found.'),
          }),
        ),
      }),
      failure,
    ]),
  },
  watch: {
    title: 'an event, one line each',
    description: 'Exits with 0 after a signal.',
    anyOf: [
      members({ ...happened('drift'), drifts: list(drift, 'The differences from the state that a plug creates.') }),
      members(happened('restored')),
      members({ ...happened('repaired'), drifts: list(drift, 'Before the repair.'), steps }),
      members({ ...happened('failed'), error, retryIn: { type: 'number', description: 'Milliseconds.' } }),
      members({
        time,
        event: { const: 'resynchronized' },
        reason: { enum: Object.keys(REASONS), description: 'Why all VIFs were checked.' },
      }),
    ],
  },
  xml: {
    title: 'XML for libvirt, with --json',
    description: 'Exits with 1 if an item failed.',
    ...itemOrList([members({ xml: text('An `<interface>` element.') }), failure]),
  },
};
