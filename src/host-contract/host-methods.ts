/**
 * The methods of a host, and which of them change it. Dry runs, the helper and aborted calls use this table.
 */

import type { Host } from './host.ts';

/** A part of a host that has methods. */
export type HostPart = Exclude<keyof Host, 'close' | 'netns'>;

/** `reads`: the method leaves the host as it is. */
export type Effect = 'reads' | 'changes';

/** A method that is added to a part of the host and not to this table is a compile error. */
export const HOST_METHODS: { readonly [P in HostPart]: { readonly [M in keyof Host[P] & string]: Effect } } = {
  links: {
    get: 'reads',
    list: 'reads',
    create: 'changes',
    change: 'changes',
    delete: 'changes',
    deleteAll: 'changes',
    virtualFunctions: 'reads',
    changeVirtualFunction: 'changes',
    embeddedSwitchMode: 'reads',
    changeEmbeddedSwitchMode: 'changes',
    addAlternativeName: 'changes',
    removeAlternativeName: 'changes',
    changes: 'reads',
  },
  addressing: { get: 'reads', move: 'changes', copy: 'changes' },
  sysctl: { get: 'reads', set: 'changes' },
  filter: { list: 'reads', get: 'reads', set: 'changes', delete: 'changes' },
  ingress: { list: 'reads', create: 'changes', delete: 'changes' },
  guards: { list: 'reads', states: 'reads', get: 'reads', set: 'changes', delete: 'changes' },
  pci: { interfacesOf: 'reads', physicalFunctionOf: 'reads', interfaces: 'reads', switchPortOf: 'reads' },
  ovsdb: { view: 'reads', change: 'changes', waitFor: 'reads', changes: 'reads', close: 'changes' },
};

const CHANGING: ReadonlySet<string> = new Set(
  Object.entries(HOST_METHODS).flatMap(([part, methods]) =>
    Object.entries<Effect>(methods).flatMap(([method, effect]) => (effect === 'changes' ? [`${part}.${method}`] : [])),
  ),
);

/** Whether a method changes the host. `verb` is the part and the method: `links.create`. */
export function changesHost(verb: string): boolean {
  return CHANGING.has(verb);
}
