/** The options of the plugin for Open vSwitch. */

import type { OptionKinds } from '../../errors/argument.ts';
import { BOOLEAN, FUNCTION, MILLISECONDS, MTU, oneOfValues } from '../../errors/value-kinds.ts';
import type { OvsMap } from '../../host-contract/ovsdb.ts';
import type { InstanceInfo } from '../../objects/instance-info.ts';
import type { VIFBase } from '../../objects/vif.ts';
import { WAITS_FOR, type WaitFor } from '../../wiring/ovs/wait-for.ts';
import { SOURCE_GUARD_OPTIONS } from '../source-guard.ts';
import type { SourceGuardOptions } from '../source-guard-options.ts';

/**
 * The options of the plugin, with the names and defaults of Python os-vif. The address of the
 * database is an option of the host.
 */
export interface OvsPluginOptions extends SourceGuardOptions {
  /** Bytes, for networks without an MTU. Default: 1500. */
  readonly networkDeviceMtu?: number;
  /**
   * New ports start in the dead VLAN 4095. Neutron's Open vSwitch agent later gives them their
   * VLAN. Only for hosts with this agent. Default: false.
   */
  readonly isolateVif?: boolean;
  /**
   * One bridge for each VIFOpenVSwitch, with a patch pair to the bridge of the network. Default:
   * false.
   */
  readonly perPortBridge?: boolean;
  /**
   * QoS type of new ports on the kernel datapath. With `linux-noop`, other programs configure the
   * queueing. Default: `linux-noop`.
   */
  readonly defaultQosType?: QosType;
  /**
   * A plug waits for this. `port`: ovs-vswitchd has opened the port, if the plug creates its device.
   * `ovn-installed`: ovn-controller has also installed the flows of the port (docs/open-vswitch.md).
   * Default: `port`.
   */
  readonly waitFor?: WaitFor;
  /**
   * Milliseconds that a plug waits for ovn-controller. 0: as long as the call may take. Default: 10,000.
   */
  readonly ovnTimeout?: number;
  /**
   * Further external_ids of the interface, such as `iface-id-ver`. The function must give the same
   * answer each time. A key that it no longer gives stays. Keys of the library and of OVN are refused.
   */
  readonly externalIds?: (vif: VIFBase, instance: InstanceInfo) => OvsMap;
}

/** ovs-vswitchd.conf.db(5), QoS, `type`. */
export const QOS_TYPES = [
  'linux-htb',
  'linux-hfsc',
  'linux-sfq',
  'linux-codel',
  'linux-fq_codel',
  'linux-noop',
] as const;

/** One of {@link QOS_TYPES}. */
export type QosType = (typeof QOS_TYPES)[number];

/** The options of the plugin with the kinds of their values. */
export const OVS_OPTIONS: OptionKinds<OvsPluginOptions> = {
  networkDeviceMtu: MTU,
  isolateVif: BOOLEAN,
  perPortBridge: BOOLEAN,
  defaultQosType: oneOfValues(...QOS_TYPES),
  waitFor: oneOfValues(...WAITS_FOR),
  ovnTimeout: MILLISECONDS,
  externalIds: FUNCTION,
  ...SOURCE_GUARD_OPTIONS,
};
