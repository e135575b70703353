/** Finds out whether the switch next to an uplink sends frames back: reflective relay (IEEE 802.1Qbg), or hairpin mode. */

import { type OptionKinds, requireArgument, requireOptions } from '../../../errors/argument.ts';
import { integerFrom, objectWith, SIGNAL, TEXT } from '../../../errors/value-kinds.ts';
import type { Host } from '../../../host-contract/host.ts';
import { importedLater } from '../../open-files.ts';

/** Options of a probe. */
export interface ProbeOptions {
  /** Ends the probe, which then removes its devices and throws the reason of the signal. */
  readonly signal?: AbortSignal;
  /** Milliseconds to wait for the frame. Default: 2000. */
  readonly timeout?: number;
}

const HOST = objectWith('a LinuxHost or a RemoteHost', 'close');
const OPTIONS: OptionKinds<ProbeOptions> = { signal: SIGNAL, timeout: integerFrom(1) };

/**
 * Whether the switch next to the uplink sends frames back to the port from which they came, as guests in mode
 * `vepa` need it. The probe creates two macvtap devices in this mode on the uplink, sends one broadcast frame
 * (EtherType 0x88b5, local experimental) from the first to the second, and removes the devices. Needs
 * CAP_NET_ADMIN and CAP_NET_RAW. This process must be able to enter the network namespace of the host.
 *
 * @throws MissingLinkError if the uplink does not exist
 * @throws KernelError if the uplink has no carrier (ENETDOWN), or if the kernel refuses a request
 */
export async function probeReflectiveRelay(host: Host, uplink: string, options: ProbeOptions = {}): Promise<boolean> {
  requireArgument('probeReflectiveRelay', host, HOST);
  requireArgument('probeReflectiveRelay', uplink, TEXT);
  requireOptions('probeReflectiveRelay', options, OPTIONS);
  const { signal, timeout = 2000 } = options;
  signal?.throwIfAborted();
  const { probe } = await implementation();
  return probe(host, { uplink, signal, timeout });
}

const implementation = importedLater('the probe', () => import('./frame-probe.ts'));
