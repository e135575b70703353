/** The groups of guest tests: on which kernels each runs, and what its guest needs. To add a group, add an entry. */

const NETWORK_MODULES = ['8021q', 'dummy', 'macvtap', 'veth', 'bridge', 'tun'];

/**
 * By the name of the folder below test/guest that has its tests. `kernels`: names of kernels.mjs. `modules`: loaded before the tests.
 * `qemu`: whose QEMU boots it, by the name that qemu.mjs has. `devices`: more arguments of QEMU. `outOfTree`: modules that modules.mjs
 * builds.
 */
export const GROUPS = new Map(
  Object.entries({
    vlan: {
      kernels: ['5.10', '6.1', '6.12', 'newest'],
      modules: [...NETWORK_MODULES, 'nf_tables', 'br_netfilter'],
    },
    ovs: {
      kernels: ['6.1', 'newest'],
      modules: [...NETWORK_MODULES, 'openvswitch', 'sch_htb', 'sch_hfsc', 'sch_sfq', 'sch_codel', 'sch_fq_codel'],
    },
    sriov: {
      kernels: ['6.1', '6.12'],
      modules: [...NETWORK_MODULES, 'igb', 'igbvf', 'vfio-pci'],
      qemu: 'backports',
      devices: [1, 2].flatMap((slot) => [
        ...['-device', `pcie-root-port,id=port${slot},chassis=${slot},slot=${slot}`],
        ...['-netdev', `hubport,id=net${slot},hubid=${slot}`],
        ...['-device', `igb,bus=port${slot},netdev=net${slot},romfile=`],
      ]),
    },
    switchdev: {
      kernels: ['6.1', '6.12'],
      modules: [...NETWORK_MODULES, 'openvswitch', 'psample', 'udp_tunnel', 'macsec'],
      outOfTree: ['netdevsim'],
    },
    guard: {
      kernels: ['5.10', '6.1', '6.12', 'newest'],
      modules: [...NETWORK_MODULES, 'nf_tables', 'br_netfilter'],
      // TCP through a relay takes long without virtualization.
      limit: 900,
    },
    unit: {
      kernels: ['5.10', '6.1', '6.12', 'newest'],
      modules: [...NETWORK_MODULES, 'nf_tables'],
    },
  }),
);

/** Seconds that a guest may take, from the start of QEMU on. On a machine with nothing else to do, none takes a third of it. */
export const LIMIT = 600;

/** What runs without arguments: on every submission. */
export const CI_SELECTION = [
  { group: 'vlan', kernel: '6.1' },
  { group: 'ovs', kernel: '6.1' },
];
