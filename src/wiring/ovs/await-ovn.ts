/** Waits for ovn-controller, which marks the interfaces whose flows it has installed. */

import { OvnNotInstalledError, OvsdbTimeoutError, OvsPortError } from '../../errors/ovs.ts';
import type { OvsdbView } from '../../host-contract/ovsdb.ts';
import type { ElementContext } from '../elements/verbs.ts';

/**
 * Waits until the interface of the port has the mark of ovn-controller. A mark from before is no
 * proof: it stays when ovn-controller ends, and when ovs-vswitchd starts again.
 *
 * @param timeout in milliseconds; 0: as long as the call may take
 * @throws OvnNotInstalledError after the timeout
 * @throws OvsPortError if another program removes the port
 */
export async function untilInstalled(
  port: string,
  { host: { ovsdb }, signal, timeout }: Pick<ElementContext, 'host' | 'signal'> & { readonly timeout: number },
): Promise<void> {
  const start = performance.now();
  let ifaceId = '';
  let bridge = '';
  let ovnStartedAt: Date | undefined;
  const look = (view: OvsdbView): true | undefined => {
    const found = view.interface(port);
    if (found === undefined) throw new OvsPortError(port, 'another program has removed the port');
    ifaceId = found.externalIds['iface-id'] ?? '';
    bridge = view.port(port)?.bridge ?? '';
    const started = Number(view.bridge(bridge)?.externalIds['ovn-startup-ts']);
    ovnStartedAt = started > 0 ? new Date(started) : undefined;
    return found.externalIds['ovn-installed'] === 'true' ? true : undefined;
  };
  try {
    const what = `waiting for ovn-controller to install the flows of port ${port}`;
    // ovn-controller needs no reminders.
    await ovsdb.waitFor(what, look, { signal, timeout, nudge: false });
  } catch (error) {
    if (!(error instanceof OvsdbTimeoutError)) throw error;
    const waited = Math.round(performance.now() - start);
    throw new OvnNotInstalledError({ ifaceId, port, bridge, waited, ovnStartedAt }, { cause: error });
  }
}
