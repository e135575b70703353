/** Waits for ovn-controller, which marks the interfaces whose flows it has installed. */

import { OvnNotInstalledError, type OvnWait, OvsdbTimeoutError, OvsPortError } from '../../errors/ovs.ts';
import type { OvsdbView, OvsInterface } from '../../host-contract/ovsdb.ts';
import type { ElementContext } from '../elements/verbs.ts';

/** An interface that is there, by its name, or one that may come, by its `iface-id`. */
export type BoundInterface = { readonly port: string } | { readonly ifaceId: string };

/**
 * Waits until the interface has the mark of ovn-controller. A mark from before is no proof: it stays
 * when ovn-controller ends, and when ovs-vswitchd starts again.
 *
 * @param timeout in milliseconds; 0: as long as the call may take
 * @throws OvnNotInstalledError after the timeout
 * @throws OvsPortError if another program removes the port with the name
 */
export async function untilInstalled(
  wanted: BoundInterface,
  { host: { ovsdb }, signal, timeout }: Pick<ElementContext, 'host' | 'signal'> & { readonly timeout: number },
): Promise<void> {
  const start = performance.now();
  const ifaceId = 'ifaceId' in wanted ? wanted.ifaceId : '';
  let state: Omit<OvnWait, 'waited'> = { ifaceId, port: undefined, bridge: undefined, ovnStartedAt: undefined };
  const look = (view: OvsdbView): true | undefined => {
    const interfaces = interfacesOf(wanted, view);
    if (interfaces[0] !== undefined) state = stateOf(interfaces[0], view);
    return interfaces.some(({ externalIds }) => externalIds['ovn-installed'] === 'true') ? true : undefined;
  };
  const name = 'port' in wanted ? `port ${wanted.port}` : `the port with the iface-id ${wanted.ifaceId}`;
  try {
    // ovn-controller needs no reminders.
    const what = `waiting for ovn-controller to install the flows of ${name}`;
    await ovsdb.waitFor(what, look, { signal, timeout, nudge: false });
  } catch (error) {
    if (!(error instanceof OvsdbTimeoutError)) throw error;
    const waited = Math.round(performance.now() - start);
    throw new OvnNotInstalledError({ ...state, waited }, { cause: error });
  }
}

function interfacesOf(wanted: BoundInterface, view: OvsdbView): OvsInterface[] {
  if ('ifaceId' in wanted) return [...view.interfacesWithId(wanted.ifaceId)];
  const found = view.interface(wanted.port);
  if (found === undefined) throw new OvsPortError(wanted.port, 'another program has removed the port');
  return [found];
}

function stateOf(found: OvsInterface, view: OvsdbView): Omit<OvnWait, 'waited'> {
  const bridge = view.port(found.name)?.bridge;
  const started = Number(view.bridge(bridge ?? '')?.externalIds['ovn-startup-ts']);
  return {
    ifaceId: found.externalIds['iface-id'] ?? '',
    port: found.name,
    bridge,
    ovnStartedAt: started > 0 ? new Date(started) : undefined,
  };
}
