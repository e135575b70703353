/** The parts of `OsVif.open` that need Node.js. In a browser, `in-browser.ts` is in their place. */

import { LinuxHost } from './host/linux/linux-host.ts';
import type { LinuxHostOptions } from './host/linux/linux-parts.ts';
import type { Host } from './host-contract/host.ts';

export { loadPlugin } from './plugins/load-plugin.ts';

/**
 * Opens the machine of this process, or one of its network namespaces. The exceptions are those of
 * `LinuxHost.open`.
 */
export function openLocalHost(options: LinuxHostOptions): Promise<Host> {
  return LinuxHost.open(options);
}
