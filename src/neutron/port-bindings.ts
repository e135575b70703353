/** The bindings of a port: one for each host. A port that migrates has an inactive binding on its next host. */

import { requireArgument } from '../errors/argument.ts';
import { OBJECT } from '../errors/value-kinds.ts';
import { MOST_LISTED } from '../text/bounds.ts';
import { describeValue } from '../text/describe-value.ts';
import { isRecord } from '../text/is-record.ts';
import { type Findings, listOf, type Violation } from '../versioned/validation/violations.ts';
import { withApiNames } from './api-names.ts';
import type { BindingProfile, NeutronPort, VifDetails } from './port.ts';
import { checkBinding } from './validate-binding.ts';

/** A binding of a port, as `GET /v2.0/ports/{id}/bindings` shows it. */
export interface PortBinding {
  /** The name of the host in Neutron. */
  readonly host?: string;
  readonly vif_type?: string;
  readonly vif_details?: VifDetails | null;
  readonly vnic_type?: string | null;
  readonly profile?: BindingProfile | null;
  /** `ACTIVE` or `INACTIVE`. At most one binding of a port is active. */
  readonly status?: string | null;
  readonly [attribute: string]: unknown;
}

/**
 * The port as it is bound by one of its bindings, for `vifFromPort`. The binding replaces the whole binding of the
 * port. The status of the port is kept, as nova keeps it in a migration.
 */
export function portWithBinding(port: NeutronPort, binding: PortBinding): NeutronPort {
  requireArgument('portWithBinding', port, OBJECT);
  requireArgument('portWithBinding', binding, OBJECT);
  const own = Object.entries(withApiNames(port)).filter(([name]) => !name.startsWith('binding:'));
  const bound = Object.entries(API_NAMES).filter(([name]) => Object.hasOwn(binding, name));
  // The entries are those of a port, with the values of the binding.
  return Object.fromEntries([...own, ...bound.map(([name, apiName]) => [apiName, binding[name]])]) as NeutronPort;
}

const API_NAMES: Readonly<Record<string, string>> = {
  host: 'binding:host_id',
  vif_type: 'binding:vif_type',
  vif_details: 'binding:vif_details',
  vnic_type: 'binding:vnic_type',
  profile: 'binding:profile',
};

/**
 * Checks the bindings of a port. The list has the limits of `validateBinding`.
 *
 * @param bindings an array, the answer of `GET /v2.0/ports/{id}/bindings`, or one binding, which may be `{binding}`, as
 *   the API answers when a binding is created or activated
 * @returns the violations, each with its path as a JSON Pointer (RFC 6901): `/bindings/0/vif_type`
 */
export function validatePortBindings(bindings: unknown): Violation[] {
  if (isRecord(bindings) && !Object.hasOwn(bindings, 'bindings')) {
    const isWrapped = Object.hasOwn(bindings, 'binding');
    return listOf(isWrapped ? checkPortBinding(bindings.binding, '/binding') : checkPortBinding(bindings, ''));
  }
  const list = isRecord(bindings) ? bindings.bindings : bindings;
  const at = isRecord(bindings) ? '/bindings' : '';
  if (!Array.isArray(list)) {
    return [{ path: at, message: `expected an array of bindings, found ${describeValue(list)}` }];
  }
  return listOf(checkAll(list, at));
}

/** The violations of many bindings. Those that {@link listOf} does not show are counted only. */
function checkAll(bindings: readonly unknown[], at: string): Findings {
  const shown: Violation[] = [];
  let total = 0;
  for (const [i, binding] of bindings.entries()) {
    const { violations, more } = checkPortBinding(binding, `${at}/${i}`);
    total += violations.length + more;
    shown.push(...violations.slice(0, MOST_LISTED - shown.length));
  }
  return { violations: shown, more: total - shown.length };
}

function checkPortBinding(binding: unknown, at: string): Findings {
  if (!isBinding(binding)) {
    const message = `expected a binding of a port, found ${describeValue(binding)}`;
    return { violations: [{ path: at, message }], more: 0 };
  }
  const { violations, more } = checkBinding(portWithBinding(ANY_PORT, binding));
  return { violations: violations.map(({ path, message }) => ({ path: at + pathInBinding(path), message })), more };
}

/** Whether the value is an object. {@link checkBinding} checks its members. */
function isBinding(value: unknown): value is PortBinding {
  return isRecord(value);
}

/** A port without violations of its own. */
const ANY_PORT: NeutronPort = { id: '00000000-0000-4000-8000-000000000000', mac_address: 'fa:16:3e:00:00:00' };

function pathInBinding(path: string): string {
  const [, attribute = '', ...rest] = path.split('/');
  const name = Object.keys(API_NAMES).find((key) => API_NAMES[key] === attribute);
  return ['', name ?? attribute, ...rest].join('/');
}
