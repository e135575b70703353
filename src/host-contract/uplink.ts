/**
 * Finds the uplink of a PCI function in switchdev mode. The function may list the representors of its virtual
 * functions too.
 */

import { type Pci, roleOf, type SwitchPort } from './pci.ts';

/**
 * The names of the network devices of the function, the uplink first. The port name of an uplink is `p0`, or
 * `p0s1` if the port is split (kernel, devlink port names). Drivers without port names list the uplink first.
 */
export async function interfacesByRank(address: string, pci: Pci): Promise<string[]> {
  const names = await pci.interfacesOf(address);
  if (names.length < 2) return names;
  const ports = await Promise.all(names.map((name) => pci.switchPortOf(name)));
  const ranked = names.map((name, i) => ({ name, rank: rankOf(ports[i]) }));
  return ranked.toSorted((a, b) => a.rank - b.rank).map(({ name }) => name);
}

/** Undefined if no device of the function is in switchdev mode. */
export async function uplinkOf(physicalFunction: string, pci: Pci): Promise<string | undefined> {
  for (const name of await interfacesByRank(physicalFunction, pci))
    if ((await pci.switchPortOf(name))?.switchId) return name;
  return undefined;
}

function rankOf(port: SwitchPort | undefined): number {
  const role = port?.role ?? roleOf(port?.portName ?? '');
  if (role !== undefined) return role.flavour === 'uplink' ? 0 : 2;
  return port?.portName === undefined ? 1 : 2;
}
