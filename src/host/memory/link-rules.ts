/** The rules of the kernel for the MTU and the master of all devices. */

import { NetlinkError } from '../../errors/kernel.ts';
import type { Link, LinkSettings } from '../../host-contract/links.ts';
import { MAX_MTU } from './kernel-defaults.ts';

/** Throws the error of the kernel if it refuses these settings. `index` is 0 for a new device. */
export function refuseSettings(
  what: string,
  kind: string,
  index: number,
  { mtu, master }: LinkSettings,
  all: readonly Link[],
): void {
  const max = Object.entries(MAX_MTU).find(([known]) => known === kind)?.[1];
  if (mtu !== undefined && max && mtu > max) throw new NetlinkError(what, 'EINVAL', 'mtu greater than device maximum');
  if (!master) return;
  const target = all.find((link) => link.index === master);
  // Kernel: do_set_master()
  if (target === undefined) throw new NetlinkError(what, 'EINVAL', 'invalid argument');
  if (target.kind !== 'bridge') throw new NetlinkError(what, 'EOPNOTSUPP', 'Device does not support enslaving');
  if (kind === 'bridge' || master === index)
    throw new NetlinkError(what, 'ELOOP', 'Can not enslave a bridge to a bridge');
}
