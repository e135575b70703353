/**
 * The conversion rules of each vif type. The first rule of a type whose condition is true applies.
 * The converter and the JSON Schema both use this table, so a valid port can always be converted.
 */

import type { VIFBase } from '../objects/vif.ts';
import { describeValue } from '../text/describe-value.ts';
import { didYouMean } from '../text/nearest.ts';
import type { Binding } from './binding.ts';
import {
  edgeBridgeVif,
  macvtapVif,
  passedThroughVif,
  portExtenderVif,
  remoteManagedVif,
  representorVif,
  virtualFunctionMacvtapVif,
  virtualFunctionVif,
  vrouterDirectVif,
} from './device-vifs.ts';
import type { BindingProfile, VifDetails, VnicType } from './port.ts';
import { bridgeVif, genericVif, hybridVif, openVSwitchVif, tapVif } from './switched-vifs.ts';
import {
  agilioForwarderVif,
  fastPathBridgeVif,
  fastPathOvsVif,
  ovsVhostUserVif,
  plainVhostUserVif,
  vrouterForwarderVif,
  vrouterVhostUserVif,
} from './vhost-user-vifs.ts';

/** A conversion rule: the condition, the required data, and the function that creates the VIF. */
export interface ConversionRule {
  /** Condition: the vnic type is one of these. */
  readonly vnicTypes?: readonly VnicType[];
  /** Condition: all of these details are true. */
  readonly flags?: readonly (keyof VifDetails & string)[];
  /** The required details. */
  readonly details?: readonly (keyof VifDetails & string)[];
  /** The required keys of the binding profile. */
  readonly profile?: readonly (keyof BindingProfile & string)[];
  readonly convert: (binding: Binding) => VIFBase;
}

const SOCKET = ['vhostuser_socket'] as const;
const DEVICE = ['pci_slot'] as const;

const OVS: readonly ConversionRule[] = [
  { vnicTypes: ['direct', 'vdpa'], profile: DEVICE, convert: (binding) => representorVif(binding, 'ovs') },
  { vnicTypes: ['remote-managed'], profile: DEVICE, convert: remoteManagedVif },
  { flags: ['ovs_hybrid_plug'], convert: hybridVif },
  { convert: openVSwitchVif },
];

/** The rules by `binding:vif_type`. */
export const RULES_BY_VIF_TYPE: ReadonlyMap<string, readonly ConversionRule[]> = new Map<
  string,
  readonly ConversionRule[]
>([
  ['ovs', OVS],
  [
    'agilio_ovs',
    [
      { vnicTypes: ['direct'], profile: DEVICE, convert: (binding) => representorVif(binding, 'agilio_ovs') },
      { vnicTypes: ['virtio-forwarder'], profile: DEVICE, details: SOCKET, convert: agilioForwarderVif },
      ...OVS,
    ],
  ],
  ['bridge', [{ convert: bridgeVif }]],
  [
    'vhostuser',
    [
      { flags: ['vhostuser_fp_plug', 'vhostuser_ovs_plug'], details: SOCKET, convert: fastPathOvsVif },
      { flags: ['vhostuser_fp_plug'], details: SOCKET, convert: fastPathBridgeVif },
      { flags: ['vhostuser_ovs_plug'], details: SOCKET, convert: ovsVhostUserVif },
      { flags: ['vhostuser_vrouter_plug'], details: SOCKET, convert: vrouterVhostUserVif },
      { details: SOCKET, convert: plainVhostUserVif },
    ],
  ],
  [
    'ivs',
    [
      { flags: ['ovs_hybrid_plug'], convert: (binding) => bridgeVif(binding, 'ivs') },
      { convert: (binding) => genericVif(binding, 'ivs') },
    ],
  ],
  [
    'vrouter',
    [
      { vnicTypes: ['normal'], convert: (binding) => genericVif(binding, 'vrouter') },
      { vnicTypes: ['direct'], profile: DEVICE, convert: vrouterDirectVif },
      { vnicTypes: ['virtio-forwarder'], profile: DEVICE, details: SOCKET, convert: vrouterForwarderVif },
    ],
  ],
  ['tap', [{ convert: tapVif }]],
  ['midonet', [{ convert: (binding) => genericVif(binding, 'midonet') }]],
  ['iovisor', [{ convert: (binding) => genericVif(binding, 'iovisor') }]],
  ['macvtap', [{ details: ['macvtap_source', 'macvtap_mode', 'physical_interface'], convert: macvtapVif }]],
  [
    'hw_veb',
    [
      {
        vnicTypes: ['direct', 'accelerator-direct'],
        profile: DEVICE,
        details: ['vlan'],
        convert: virtualFunctionVif,
      },
      { profile: DEVICE, details: ['vlan'], convert: virtualFunctionMacvtapVif },
    ],
  ],
  [
    '802.1qbh',
    [
      { vnicTypes: ['direct'], profile: DEVICE, details: ['profileid'], convert: virtualFunctionVif },
      { profile: DEVICE, details: ['profileid'], convert: portExtenderVif },
    ],
  ],
  [
    '802.1qbg',
    [
      {
        details: ['physical_interface', 'managerid', 'typeid', 'typeidversion', 'instanceid'],
        convert: edgeBridgeVif,
      },
    ],
  ],
  ['hostdev_physical', [{ profile: DEVICE, convert: (binding) => passedThroughVif(binding, 'noop') }]],
  ['ib_hostdev', [{ profile: DEVICE, convert: (binding) => passedThroughVif(binding, 'ib_hostdev') }]],
]);

/** The reason why a vif type cannot be converted to a VIF, with advice. Undefined for a type with rules. */
export function explainVifType(vifType: unknown): string | undefined {
  if (typeof vifType !== 'string' || RULES_BY_VIF_TYPE.has(vifType)) return undefined;
  return (
    UNUSABLE.get(vifType) ??
    `no VIF can be made of the vif type ${describeValue(vifType)}${didYouMean(vifType, RULES_BY_VIF_TYPE.keys()) || ';'} known are ${[...RULES_BY_VIF_TYPE.keys()].join(', ')}. ` +
      'See which mechanism driver bound the port: bound_drivers in binding:vif_details'
  );
}

const UNUSABLE: ReadonlyMap<string, string> = new Map([
  [
    'unbound',
    'the port is bound to no host (unbound): set binding:host_id to the name of the host as its Neutron agent knows it, ' +
      'and read the port again',
  ],
  [
    'binding_failed',
    'Neutron could not bind the port to binding:host_id (binding_failed): see whether the agent of that host is alive ' +
      '(`openstack network agent list --host HOST`), whether a mechanism driver there serves the network and the vnic type, and ' +
      "neutron-server's log; then set binding:host_id to '' and to the host again",
  ],
  [
    'distributed',
    'the port is of a distributed router (distributed), bound on each host apart: no guest has it; see `openstack port show` for its device_owner',
  ],
  ['dvs', "VMware's distributed switch (dvs) is not on a Linux host: only nova's vmwareapi driver plugs such a port"],
  [
    'hyperv',
    "Hyper-V's switch (hyperv) is not on a Linux host, and nova removed the driver that plugged such ports in 29.0.0",
  ],
  ['other', 'a mechanism driver said no more than `other`: see which one in bound_drivers of binding:vif_details'],
]);
