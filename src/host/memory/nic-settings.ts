/** The parts of a MemoryHost that its user provides: NICs, and what other processes do meanwhile. */

import type { NamedLink } from '../../host-contract/links.ts';

/** A NIC of the machine. Only `addNic` adds such a device. */
export interface NicSettings extends NamedLink {
  /** The number of virtual functions. Default: 0. */
  readonly virtualFunctions?: number;
}

/**
 * Called with the description of each change of a device, immediately before the change takes effect. A test
 * can create or delete devices in this function, as other processes do on a real host. Such changes do not
 * call the function again.
 */
export type BeforeChange = (what: string) => void | Promise<void>;
