/** PCI network functions. */

/** PCI network functions, as sysfs shows them. */
export interface Pci {
  /** Names of the network devices of the function at this address (`0000:03:10.1`). */
  interfacesOf(address: string): Promise<string[]>;
  /**
   * The physical function of a virtual function, and the number of the virtual function.
   * Undefined for every other function.
   */
  physicalFunctionOf(address: string): Promise<{ readonly address: string; readonly number: number } | undefined>;
  /** Names of all network devices. */
  interfaces(): Promise<string[]>;
  /** The port of a network device on the switch inside a NIC. Undefined when sysfs names no switch. */
  switchPortOf(name: string): Promise<SwitchPort | undefined>;
}

/** The kernel's Documentation/ABI/testing/sysfs-class-net. */
export interface SwitchPort {
  /** phys_switch_id: all ports of one switch have the same value. */
  readonly switchId: string;
  /** phys_port_name, such as `p0` for an uplink and `pf0vf3` for a representor. */
  readonly portName?: string;
  /**
   * The role of the port in devlink. Absent if devlink does not know the port; use `roleOf(portName)` then.
   */
  readonly role?: SwitchPortRole;
}

/** The purpose of a port (kernel, include/uapi/linux/devlink.h, DEVLINK_PORT_FLAVOUR_*). */
export interface SwitchPortRole {
  /** `uplink`: the physical port. The others are representors of functions. */
  readonly flavour: 'uplink' | 'physical-function' | 'virtual-function' | 'sub-function';
  /** The number of the physical function that the represented function belongs to. */
  readonly physicalFunction?: number;
  /** The number of the virtual function. */
  readonly virtualFunction?: number;
  /** The represented function belongs to another host, behind a controller of a SmartNIC. */
  readonly external?: boolean;
}

/** Names that the kernel makes (net/devlink/port.c, phys_port_name), then older names of drivers. */
const NAMES: readonly (readonly [RegExp, SwitchPortRole['flavour']])[] = [
  [/^p\d+(s\d+)?$/i, 'uplink'],
  [/^(?<controller>c\d+)?pf(?<pf>\d+)$/i, 'physical-function'],
  [/^(?<controller>c\d+)?pf(?<pf>\d+)vf(?<vf>\d+)$/i, 'virtual-function'],
  [/^(?<controller>c\d+)?pf(?<pf>\d+)sf\d+$/i, 'sub-function'],
  [/^(vf)?(?<vf>\d+)$/i, 'virtual-function'],
  [/^vf(?<vf>\d+)@pf(?<pf>\d+)$/i, 'virtual-function'],
];

/**
 * The role in a phys_port_name.
 * The kernel writes a controller (`c1pf0vf0`) for functions of another host only.
 */
export function roleOf(portName: string): SwitchPortRole | undefined {
  for (const [pattern, flavour] of NAMES) {
    const match = pattern.exec(portName);
    if (match === null) continue;
    const { controller, pf, vf } = match.groups ?? {};
    return {
      flavour,
      ...(pf !== undefined && { physicalFunction: Number(pf) }),
      ...(vf !== undefined && { virtualFunction: Number(vf) }),
      ...(controller !== undefined && { external: true }),
    };
  }
  return undefined;
}
