/** A binding: what is left when it doesn't matter any more whether nova's cache or Neutron's API told it. */
import type { Network } from '../objects/network.ts';
import type { FieldValues } from '../versioned/versioned-object.ts';
import type { BindingProfile, VifDetails } from './port.ts';

/** All that a VIF is made of. Its details and profile have been checked against the schema. */
export interface Binding {
  readonly id: string;
  readonly address: string | null;
  readonly vifType: string;
  readonly vnicType: string;
  readonly details: VifDetails;
  readonly profile: BindingProfile;
  readonly network: FieldValues<Network>;
  /** What the device or port on the host is called. */
  readonly deviceName: string;
  /** What Open vSwitch knows the port by. */
  readonly interfaceId: string;
  readonly active: boolean;
  readonly preserveOnDelete: boolean;
  /** Whether the plugin adds the port of Open vSwitch, rather than the hypervisor. */
  readonly delegateCreate: boolean;
}

/**
 * A name for a device of a port. OpenStack's names have 14 bytes, one less than the kernel allows: every agent of every host must come
 * to the same ones.
 */
export function portDeviceName(prefix: string, portId: string): string {
  return shortName(`${prefix}${portId}`);
}

/** A name as OpenStack shortens it. */
export function shortName(name: string): string {
  return name.slice(0, LONGEST_NAME);
}

const LONGEST_NAME = 14;
