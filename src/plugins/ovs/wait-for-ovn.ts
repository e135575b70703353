/** Waits for OVN outside of a plug, for ports that the hypervisor adds. */

import { type OptionKinds, requireArgument, requireOptions } from '../../errors/argument.ts';
import { PortProfileError } from '../../errors/libvirt.ts';
import { MILLISECONDS, objectWith, SIGNAL } from '../../errors/value-kinds.ts';
import type { Host } from '../../host-contract/host.ts';
import { VIFPortProfileOpenVSwitch } from '../../objects/port-profile.ts';
import type { VIFBase } from '../../objects/vif.ts';
import { canonicalUuid } from '../../text/uuid.ts';
import { untilInstalled } from '../../wiring/ovs/await-ovn.ts';
import type { Wiring } from '../../wiring/wiring.ts';
import { requireVIFBase } from '../vif-plugin.ts';

/** Options of `waitForOvn`. */
export interface WaitForOvnOptions {
  /** Ends the wait with the reason of the signal. */
  readonly signal?: AbortSignal;
  /** Milliseconds. 0: no limit. Default: 10,000. */
  readonly timeout?: number;
}

const HOST = objectWith('a host', 'close');
const OPTIONS: OptionKinds<WaitForOvnOptions> = { signal: SIGNAL, timeout: MILLISECONDS };

/**
 * Waits until an interface with the `iface-id` of the VIF is there, and ovn-controller has installed
 * its flows. Call it after the start of a guest whose hypervisor adds the port: the plug of such a
 * VIF does not wait.
 *
 * @throws PortProfileError if the VIF has no interface id
 * @throws OvnNotInstalledError after the timeout
 */
export async function waitForOvn(host: Host, vif: VIFBase, options: WaitForOvnOptions = {}): Promise<void> {
  requireArgument('waitForOvn', host, HOST);
  requireOptions('waitForOvn', options, OPTIONS);
  const { portProfile } = requireVIFBase(vif);
  if (!(portProfile instanceof VIFPortProfileOpenVSwitch))
    throw new PortProfileError('ovs', portProfile?.type, 'VIFPortProfileOpenVSwitch or one that extends it');
  const ifaceId = canonicalUuid(portProfile.require('interfaceId').interfaceId);
  const { signal, timeout = 10_000 } = options;
  await untilInstalled({ ifaceId }, { host, signal, timeout });
}

/** Tells that a plug did not wait, if OVN can install nothing yet. */
export function notesOnOvn(wiring: Wiring): string[] {
  if (wiring.some((element) => 'bound' in element && element.bound === true)) return [];
  const port = wiring.find(({ kind }) => kind === 'ovs-port');
  return port === undefined
    ? []
    : [
        `did not wait for ovn-controller: the hypervisor makes the device of port ${port.name} later; call waitForOvn after the guest has started`,
      ];
}
