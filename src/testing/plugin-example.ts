/** The input of the test suite for plugins. */

import type { Host } from '../host-contract/host.ts';
import type { InstanceInfo } from '../objects/instance-info.ts';
import type { VIFBase } from '../objects/vif.ts';

/** The VIF, the instance and the host for the suite. */
export interface PluginExample {
  /** Returns a new VIF that the plugin supports, for each test. */
  readonly vif: () => VIFBase;
  /** The instance. Default: an instance with only a name. */
  readonly instance?: InstanceInfo;
  /**
   * Returns a new host for each test, with all devices that the VIF needs. Default: an empty
   * MemoryHost. After the test, the suite removes its devices from the host, and closes the host.
   */
  readonly host?: () => Host | Promise<Host>;
}
