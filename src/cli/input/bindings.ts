/** Converts documents of Neutron and nova to VIFs. Imported on demand, because it loads all classes. */

import { UsageError } from '../../errors/command.ts';
import { FieldValueError } from '../../errors/model.ts';
import type { NetworkInfoEntry } from '../../neutron/network-info.ts';
import type { NeutronFloatingIp, NeutronNetwork, NeutronPort, NeutronSubnet } from '../../neutron/port.ts';
import { vifFromNetworkInfo } from '../../neutron/vif-from-network-info.ts';
import { type PortContext, vifFromPort } from '../../neutron/vif-from-port.ts';
import type { VIFBase } from '../../objects/vif.ts';
import { isRecord } from '../../text/is-record.ts';
import type { Document } from './documents.ts';
import { located } from './objects.ts';

/** The documents that belong to a port that comes alone. */
export interface PortDocuments {
  readonly network?: Document | undefined;
  readonly subnets?: Document | undefined;
  readonly ovsBridge?: string | undefined;
}

/**
 * The VIF of a port.
 * The document is a port, `{port}` of Neutron's API, or `{port, network, subnets, floating_ips}`.
 */
export function vifOfPort({ where, value }: Document, documents: PortDocuments): VIFBase {
  return located(where, () => {
    const whole = isRecord(value) && isRecord(value.port) ? value : { port: value };
    const { port, network, subnets, floating_ips }: { readonly [key: string]: unknown } = whole;
    const context: PortContext = {
      network: networkOf(network ?? documents.network?.value),
      subnets: listOf('subnets', isSubnet, subnets ?? documents.subnets?.value),
      floatingIps: listOf('floating_ips', isFloatingIp, floating_ips),
      ...(documents.ovsBridge !== undefined && { ovsBridge: documents.ovsBridge }),
    };
    if (isPort(port)) return vifFromPort(port, context);
    throw new FieldValueError(port, 'a port, as GET /v2.0/ports/... shows it');
  });
}

/** The VIF of an entry of nova's network_info cache. */
export function vifOfEntry({ where, value }: Document): VIFBase {
  return located(where, () => {
    if (isEntry(value)) return vifFromNetworkInfo(value);
    throw new FieldValueError(value, 'an entry of network_info');
  });
}

/** The network in a document: the network itself, or `{network}` of Neutron's API. */
function networkOf(value: unknown): NeutronNetwork {
  const network = isRecord(value) && isRecord(value.network) ? value.network : value;
  if (network === undefined) {
    throw new UsageError("a port's network is needed too: --network <file>, or {port, network, subnets} in one file");
  }
  if (isNetwork(network)) return network;
  throw new FieldValueError(network, 'a network, as GET /v2.0/networks/... shows it').within('network');
}

function listOf<T>(name: string, isElement: (value: unknown) => value is T, value: unknown): T[] {
  const list = isRecord(value) && Array.isArray(value[name]) ? value[name] : (value ?? []);
  if (!Array.isArray(list)) throw new FieldValueError(list, 'an array').within(name);
  return list.map((element: unknown, i) => {
    if (isElement(element)) return element;
    throw new FieldValueError(element, 'an object, as the API shows it').within(i).within(name);
  });
}

// The library checks all other members.

function isPort(value: unknown): value is NeutronPort {
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
