// The ports of the soak, as Neutron shows them, and what each is made of on the host: written down here, not asked of the library.
import { attachmentOf } from '../../examples/compute-agent/port-request.mjs';

export const MTU = 1450;
/** VIFs that share a bridge. */
const BRIDGED = 20;
const SWITCHED = 40;

/** The share of each kind, in per cent. */
const SHARES = { tap: 50, bridge: 20, switched: 26, hybrid: 4 };

/**
 * Each port: its `id`, `kind`, `request` (the body of PUT) and `attachment`; `device` is the device of its own; `bridge` is the bridge
 * that it shares with others, which is one of Linux or of Open vSwitch.
 */
export function newPorts(count) {
  const ports = [];
  let least = 0;
  for (const [kind, share] of Object.entries(SHARES)) {
    const most = kind === 'hybrid' ? count : least + Math.round((count * share) / 100);
    for (let n = least; n < most; n++) ports.push(newPort(n, kind, n - least));
    least = most;
  }
  return ports;
}

const MAKE = {
  tap: (short) => ({ details: { mac_address: 'ee:ee:ee:ee:ee:ee' }, device: `tap${short}` }),
  bridge: (_, n) => ({ details: {}, network: Math.floor(n / BRIDGED) }),
  switched: (short, n) => ({
    details: { ovs_create_tap: true, datapath_type: 'netdev', bridge_name: `br-int${Math.floor(n / SWITCHED)}` },
    device: `tap${short}`,
    row: `tap${short}`,
  }),
  hybrid: (short) => ({
    details: { ovs_hybrid_plug: true, datapath_type: 'netdev', bridge_name: 'br-hybrid' },
    device: `qvb${short}`,
    row: `qvo${short}`,
    linuxBridge: `qbr${short}`,
  }),
};

function newPort(n, kind, index) {
  const id = uuid(n, '3c8d-4f44-8fb4-e1d33c16a536');
  const { details, network = 0, ...parts } = MAKE[kind](id.slice(0, 11), index);
  const networkId = uuid(network, '051e-481d-8110-4669916c7915');
  const request = {
    port: {
      id,
      network_id: networkId,
      mac_address: `fa:16:3e:00:${n.toString(16).padStart(4, '0').replace(/..$/, ':$&')}`,
      fixed_ips: [],
      'binding:vif_type': { switched: 'ovs', hybrid: 'ovs' }[kind] ?? kind,
      'binding:vif_details': details,
    },
    network: { id: networkId, name: `private-${network}`, mtu: MTU },
    instance: { uuid: '14a1b5b2-7a3f-4b5e-8f1d-2f5c5b1a9f0e', name: 'guest-1' },
  };
  const bridge = kind === 'bridge' ? `brq${networkId.slice(0, 11)}` : details.bridge_name;
  return { id, kind, request, attachment: attachmentOf(id, structuredClone(request)), bridge, ...parts };
}

function uuid(n, rest) {
  return `${n.toString(16).padStart(8, '0')}-${rest}`;
}
