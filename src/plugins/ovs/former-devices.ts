/** Devices of an earlier wiring of a VIF, such as the Linux bridge of a VIF that was hybrid before. */

import type { Host } from '../../host-contract/host.ts';
import type { Link } from '../../host-contract/links.ts';
import { isOwnedBy } from '../../host-contract/ownership.ts';
import { getIfPresent } from '../../wiring/devices/existing-device.ts';
import type { Wiring } from '../../wiring/wiring.ts';
import { namesOf } from './names.ts';
import { hybridDevices, type OvsVif } from './ovs-wiring.ts';

/**
 * Lists the devices of this VIF whose ports were removed from Open vSwitch. A Linux bridge with a further
 * port is left out, because a guest still uses the bridge. The unplug removes this bridge.
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

/** Lists the devices of a VIF that was hybrid before. The list is empty if this VIF owns no such device. */
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
