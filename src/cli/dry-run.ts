/** A host for dry runs: it answers reads, changes nothing, and records deletions. */

import type { Host } from '../host-contract/host.ts';
import { type HostCall, interceptHost } from '../host-contract/intercept.ts';
import type { OvsdbEdit, OvsdbView } from '../host-contract/ovsdb.ts';

/** A resource that an unplug would remove. */
export interface Removal {
  /** The kind of a network device, or `ovs port`, `ovs bridge`, `ovs qos`, `filter chain`, ... */
  readonly kind: string;
  readonly name: string;
}

/** The same host, but changes have no effect. `note` is called for each deletion. */
export function dryRunHost(host: Host, note: (removal: Removal) => void): Host {
  return interceptHost(host, async (call, proceed) => {
    if (call.port === 'ovsdb' && call.method === 'change') return noteEdits(host, call.args[0], note);
    if (!call.changes) return proceed();
    await noteCall(host, call, note);
    return undefined;
  });
}

async function noteCall(host: Host, { port, method, args }: HostCall, note: (removal: Removal) => void): Promise<void> {
  if (!method.startsWith('delete')) return;
  const [what] = args;
  if (port !== 'links') {
    note({ kind: port === 'filter' ? 'filter chain' : `${port} rule`, name: nameOf(what) });
    return;
  }
  for (const index of [what].flat()) {
    const link = typeof index === 'number' ? await host.links.get(index) : undefined;
    if (link !== undefined) note({ kind: link.kind, name: link.name });
  }
}

const REMOVED: Partial<Record<OvsdbEdit['edit'], string>> = {
  'remove-bridge': 'ovs bridge',
  'remove-port': 'ovs port',
  'remove-qos': 'ovs qos',
};

async function noteEdits(host: Host, decide: unknown, note: (removal: Removal) => void): Promise<readonly OvsdbEdit[]> {
  if (!isDecision(decide)) return [];
  const edits = decide(await host.ovsdb.view());
  for (const edit of edits) {
    const kind = REMOVED[edit.edit];
    if (kind !== undefined) note({ kind, name: nameOf(edit) });
  }
  return edits;
}

function isDecision(value: unknown): value is (view: OvsdbView) => readonly OvsdbEdit[] {
  return typeof value === 'function';
}

function nameOf(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null) return String(value);
  const words = ['name', 'device', 'mac', 'uuid'].map((key) => Reflect.get(value, key) as unknown);
  return words.filter((word) => typeof word === 'string').join(' ');
}
