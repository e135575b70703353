/** The groups of guest tests: on which kernels each runs, and what its guest needs. To add a group, add an entry. */

const NETWORK_MODULES = ['ipv6', '8021q', 'dummy', 'macvtap', 'veth', 'bridge', 'tun'];

/**
 * `tests`: the folder below test/guest. `kernels`: names of kernels.mjs. `modules`: loaded before the tests. `limit`: s that its guest
 * may take, from the start of QEMU on. `qemu`: whose QEMU boots it. `devices`: more arguments of QEMU. `before`: a command line that
 * the guest runs before the tests. `outOfTree`: modules that modules.mjs builds.
 */
export const GROUPS = new Map(
  Object.entries({
    vlan: {
      kernels: ['5.10', '6.1', '6.12', 'newest'],
      modules: [...NETWORK_MODULES, 'nf_tables', 'br_netfilter'],
      limit: 300,
    },
    ovs: {
      kernels: ['6.1', 'newest'],
      modules: [...NETWORK_MODULES, 'openvswitch', 'sch_htb', 'sch_hfsc', 'sch_sfq', 'sch_codel', 'sch_fq_codel'],
      limit: 400,
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
      limit: 400,
    },
    switchdev: {
      kernels: ['6.1', '6.12'],
      modules: [...NETWORK_MODULES, 'openvswitch', 'psample', 'udp_tunnel', 'macsec'],
      outOfTree: ['netdevsim'],
      limit: 300,
    },
    unit: {
      kernels: ['5.10', '6.1', '6.12', 'newest'],
      modules: [...NETWORK_MODULES, 'nf_tables'],
      limit: 400,
    },
  }),
);

/** What runs without arguments: on every submission. */
export const CI_SELECTION = [
  { group: 'vlan', kernel: '6.1' },
  { group: 'ovs', kernel: '6.1' },
];
