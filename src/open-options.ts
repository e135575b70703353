/** The options of `OsVif.open()`. */

import type { OptionNames } from './errors/argument.ts';
import type { Host } from './host-contract/host.ts';
import type { VIFPlugin } from './plugins/vif-plugin.ts';

/** The options of `OsVif.open()`. */
export interface OsVifOptions {
  /**
   * The host to plug into. `OsVif.close()` does not close it.
   * Default: a LinuxHost in the network namespace of this process, which `OsVif.close()` closes.
   */
  readonly host?: Host;
  /**
   * Plugins, or names of packages that export `plugin`.
   * Default: all plugins of this library with default options.
   */
  readonly plugins?: readonly (VIFPlugin | string)[];
  /** The default timeout of a call, in milliseconds. 0: no limit. Default: 60,000. */
  readonly timeout?: number;
}

/** The names of the options. */
export const OPEN_OPTIONS: OptionNames<OsVifOptions> = { host: true, plugins: true, timeout: true };
