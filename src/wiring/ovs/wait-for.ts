/** The programs of Open vSwitch and OVN that a plug can wait for. */

/** The values of WaitFor. */
export const WAITS_FOR = ['port', 'ovn-installed', 'none'] as const;
/**
 * `port`: ovs-vswitchd has opened the port, if the plug creates its device. `ovn-installed`:
 * ovn-controller has also installed the flows of the port. `none`: nothing.
 */
export type WaitFor = (typeof WAITS_FOR)[number];
