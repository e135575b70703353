/** Devices that a VIF had before its wiring changed, such as the Linux bridge of a VIF that was hybrid. */

import type { Host } from '../../host-contract/host.ts';
import type { Link } from '../../host-contract/links.ts';
import { isOwnedBy } from '../../host-contract/ownership.ts';
import { getIfPresent } from '../../wiring/devices/existing-device.ts';
import type { Wiring } from '../../wiring/wiring.ts';
import { namesOf } from './names.ts';
import { hybridDevices, type OvsVif } from './ovs-wiring.ts';

/**
 * The devices of this VIF behind ports that were removed. A Linux bridge with another port than ours is left
 * out: a guest still runs on it, and it goes at the unplug.
 */
export async function devicesBehind(ports: readonly string[], vif: OvsVif, host: Host): Promise<Wiring> {
  const { switchEnd } = namesOf(vif.id);
  const devices: Wiring[number][] = [];
  for (const name of ports) {
    if (name === switchEnd) devices.push(...(await unusedHybridDevices(vif, host)));
    else if ((await ownLink(name, vif, host))?.kind === 'tap') devices.push({ kind: 'tap', name, multiQueue: false });
  }
  return devices;
}

/** The devices of a VIF that was hybrid. None if there are none of this VIF. */
export async function formerHybridDevices(vif: OvsVif, host: Host): Promise<Wiring> {
  return (await ownLink(namesOf(vif.id).hybridBridge, vif, host)) ? hybridDevices(vif) : [];
}

async function unusedHybridDevices(vif: OvsVif, host: Host): Promise<Wiring> {
  const { hybridBridge, bridgeEnd } = namesOf(vif.id);
  const bridge = await ownLink(hybridBridge, vif, host);
  if (bridge === undefined) return [];
  const ports = (await host.links.list()).filter(({ master }) => master === bridge.index);
  return ports.some(({ name }) => name !== bridgeEnd) ? [] : hybridDevices(vif);
}

async function ownLink(name: string, { id }: OvsVif, host: Host): Promise<Link | undefined> {
  const link = await getIfPresent(name, host);
  return link && isOwnedBy(link, id) ? link : undefined;
}
