/** A binding of a port, in one form for nova's cache and for Neutron's API. */

import type { Network } from '../objects/network.ts';
import { canonicalUuid } from '../text/uuid.ts';
import type { FieldValues } from '../versioned/versioned-object.ts';
import type { BindingProfile, VifDetails } from './port.ts';

/** The data for a VIF. The details and the profile are valid against the schema. */
export interface Binding {
  readonly id: string;
  readonly address: string | null;
  readonly vifType: string;
  readonly vnicType: string;
  readonly details: VifDetails;
  readonly profile: BindingProfile;
  readonly network: FieldValues<Network>;
  /** The name of the device or port on the host. */
  readonly deviceName: string;
  /** The `iface-id` of the port in Open vSwitch. */
  readonly interfaceId: string;
  readonly active: boolean;
  readonly preserveOnDelete: boolean;
  /** Whether the plugin, and not the hypervisor, creates the port of Open vSwitch. */
  readonly delegateCreate: boolean;
}

/**
 * The name of a device of a port. It has at most 14 bytes, one less than the kernel allows, because every
 * OpenStack agent must compute the same name.
 */
export function portDeviceName(prefix: string, portId: string): string {
  return shortName(`${prefix}${canonicalUuid(portId)}`);
}

/** The first 14 characters of a name, as OpenStack shortens names. */
export function shortName(name: string): string {
  return name.slice(0, LONGEST_NAME);
}

const LONGEST_NAME = 14;
