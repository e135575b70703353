/** PCI network functions. */

/** PCI network functions, as sysfs shows them. */
export interface Pci {
  /** Names of the network devices of the function at this address (`0000:03:10.1`). */
  interfacesOf(address: string): Promise<string[]>;
  /** The physical function of a virtual one, and the virtual one's number; undefined for what is no virtual function. */
  physicalFunctionOf(address: string): Promise<{ readonly address: string; readonly number: number } | undefined>;
  /** Names of all network devices. */
  interfaces(): Promise<string[]>;
  /** Where a network device sits on a switch inside a NIC; undefined when it says nothing of one. */
  switchPortOf(name: string): Promise<SwitchPort | undefined>;
}

/** The kernel's Documentation/ABI/testing/sysfs-class-net. */
export interface SwitchPort {
  /** phys_switch_id: ports of one switch have one. */
  readonly switchId: string;
  /** phys_port_name, such as `p0` for an uplink and `pf0vf3` for a representor. */
  readonly portName?: string;
}
