/** PCI network functions. */

/** PCI network functions, as sysfs shows them. */
export interface Pci {
  /** Names of the network devices of the function at this address (`0000:03:10.1`). */
  interfacesOf(address: string): Promise<string[]>;
  /** The physical function of a virtual function, and the number of the virtual function. Undefined for every other function. */
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
}
