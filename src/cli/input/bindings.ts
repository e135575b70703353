/** Converts documents of Neutron and nova to VIFs. Imported on demand, because it loads all classes. */

import { UsageError } from '../../errors/command.ts';
import { FieldValueError } from '../../errors/model.ts';
import type { NetworkInfoEntry } from '../../neutron/network-info.ts';
import type { NeutronFloatingIp, NeutronNetwork, NeutronPort, NeutronSubnet } from '../../neutron/port.ts';
import { type PortBinding, portWithBinding } from '../../neutron/port-bindings.ts';
import { vifFromNetworkInfo } from '../../neutron/vif-from-network-info.ts';
import { type PortContext, vifFromPort } from '../../neutron/vif-from-port.ts';
import type { VIFBase } from '../../objects/vif.ts';
import { isRecord } from '../../text/is-record.ts';
import { canonicalUuid } from '../../text/uuid.ts';
import type { Document } from './documents.ts';
import { located } from './objects.ts';
import { kindOf, unwrapped } from './payloads.ts';

/** The documents that belong to a port that comes alone, and options of the conversion. */
export interface PortDocuments {
  readonly network?: Document | undefined;
  readonly subnets?: Document | undefined;
  readonly ovsBridge?: string | undefined;
  /**
   * The function is called with the place of a port that comes without its network.
   * The VIF then has only the id of the network.
   * Absent: such a port is an error.
   */
  readonly onBareNetwork?: (where: string) => void;
}

/**
 * The VIF of a port. The document is a port, `{port}` of Neutron's API, or `{port, network, subnets, floating_ips,
 * binding}`. Each part may be in the wrapper of the API: `{floatingips: [...]}`. The binding replaces the binding
 * of the port.
 */
export function vifOfPort({ where, value }: Document, documents: PortDocuments): VIFBase {
  return located(where, () => {
    const whole = isRecord(value) && Object.hasOwn(value, 'port') ? value : { port: value };
    if (kindOf(whole.port) === 'bindings') {
      throw new FieldValueError(value, 'the bindings with their port and network: {port, network, bindings}');
    }
    const { binding, network, networks, subnets, floating_ips, floatingips }: Parts = whole;
    const port = unwrapped('port', whole.port);
    if (!isPort(port)) throw new FieldValueError(port, 'a port, as GET /v2.0/ports/... shows it');
    const given = network ?? networks ?? documents.network?.value;
    const context: PortContext = {
      network: networkOf(port, given, documents.onBareNetwork !== undefined),
      subnets: listOf('subnets', isSubnet, subnets ?? documents.subnets?.value),
      floatingIps: listOf('floatingips', isFloatingIp, floating_ips ?? floatingips),
      ...(documents.ovsBridge !== undefined && { ovsBridge: documents.ovsBridge }),
    };
    const vif = vifFromPort(
      binding === undefined ? port : portWithBinding(port, bindingOf(unwrapped('binding', binding))),
      context,
    );
    if (given === undefined) documents.onBareNetwork?.(where);
    return vif;
  });
}

type Parts = Readonly<Record<string, unknown>>;

/** The binding in a document. Throws FieldValueError for another value. */
function bindingOf(value: unknown): PortBinding {
  if (isBinding(value)) return value;
  throw new FieldValueError(value, 'a binding, as GET /v2.0/ports/.../bindings shows it').within('binding');
}

/** The VIF of an entry of nova's network_info cache. */
export function vifOfEntry({ where, value }: Document): VIFBase {
  return located(where, () => {
    if (isEntry(value)) return vifFromNetworkInfo(value);
    throw new FieldValueError(value, 'an entry of network_info');
  });
}

/**
 * The network of a port. The value is the network, `{network}` of Neutron's API, or a list or `{networks}` that
 * contains it.
 */
function networkOf(port: NeutronPort, value: unknown, takesBareNetwork: boolean): NeutronNetwork {
  const list = isRecord(value) && Array.isArray(value.networks) ? value.networks : value;
  const network = Array.isArray(list) ? list.find((each) => isNetworkOf(port, each)) : unwrapped('network', value);
  if (network === undefined && Array.isArray(list)) {
    throw new FieldValueError(list, `a list with ${port.network_id}, the network of port ${port.id}`).within(
      'networks',
    );
  }
  if (network === undefined && takesBareNetwork && typeof port.network_id === 'string') return { id: port.network_id };
  if (network === undefined) {
    throw new UsageError(
      'the port comes without its network: write {port, network, subnets} in one file, ' +
        'or name the file of the network with os-vif convert --from neutron --network <file>',
    );
  }
  if (isNetwork(network)) return network;
  throw new FieldValueError(network, 'a network, as GET /v2.0/networks/... shows it').within('network');
}

function isNetworkOf({ network_id: id }: NeutronPort, value: unknown): boolean {
  return isNetwork(value) && typeof id === 'string' && canonicalUuid(value.id) === canonicalUuid(id);
}

/** The list: an array, or the array in the wrapper of the API. */
function listOf<T>(name: string, isElement: (value: unknown) => value is T, value: unknown): T[] {
  const wrapper = isRecord(value) ? [name, 'floating_ips'].find((key) => Array.isArray(value[key])) : undefined;
  const list = isRecord(value) && wrapper !== undefined ? value[wrapper] : (value ?? []);
  if (!Array.isArray(list)) throw new FieldValueError(list, 'an array').within(name);
  return list.map((element: unknown, i) => {
    if (isElement(element)) return element;
    throw new FieldValueError(element, 'an object, as the API shows it').within(i).within(name);
  });
}

// The library checks all other members.

/** Whether the value is an object. The library checks all members. */
export function isPort(value: unknown): value is NeutronPort {
  return isRecord(value);
}

/** Whether the value is an object. The library checks all members. */
export function isBinding(value: unknown): value is PortBinding {
  return isRecord(value);
}

function isEntry(value: unknown): value is NetworkInfoEntry {
  return isRecord(value);
}

function isNetwork(value: unknown): value is NeutronNetwork {
  return isRecord(value) && typeof value.id === 'string';
}

function isSubnet(value: unknown): value is NeutronSubnet {
  return isRecord(value) && typeof value.id === 'string' && typeof value.cidr === 'string';
}

function isFloatingIp(value: unknown): value is NeutronFloatingIp {
  return isRecord(value) && typeof value.floating_ip_address === 'string';
}
