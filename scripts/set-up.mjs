// Installs the programs that the tests run against. `npm test` runs this script. Without permission to install them, it
// names the missing packages: the tests that need them are skipped, and fail when CI=true.
import { spawnSync } from 'node:child_process';

/** A Debian package, and a command that succeeds when the package is installed. */
const NEEDED = [
  { package: 'iproute2', probe: ['ip', '-V'] },
  { package: 'iptables', probe: ['iptables', '--version'] },
  { package: 'nftables', probe: ['/usr/sbin/nft', '--version'] },
  { package: 'iputils-ping', probe: ['ping', '-V'] },
  { package: 'dnsmasq-base', probe: ['/usr/sbin/dnsmasq', '--version'] },
  { package: 'udhcpc', probe: ['ls', '/usr/sbin/udhcpc'] },
  { package: 'iperf3', probe: ['iperf3', '--version'] },
  { package: 'groff-base', probe: ['groff', '--version'] },
  { package: 'openssl', probe: ['openssl', 'version'] },
  { package: 'strace', probe: ['strace', '-V'] },
  { package: 'libcap2-bin', probe: ['/usr/sbin/setcap', '-h'] },
  { package: 'openvswitch-switch', probe: ['ovs-vswitchd', '--version'] },
  { package: 'ovn-central', probe: ['ovn-nbctl', '--version'] },
  { package: 'ovn-host', probe: ['ovn-controller', '--version'] },
  { package: 'libvirt-clients', probe: ['virsh', '--version'] },
  { package: 'libvirt-daemon', probe: ['/usr/sbin/libvirtd', '--version'] },
  {
    package: 'libvirt-daemon-driver-qemu',
    probe: ['sh', '-c', 'ls /usr/lib/*/libvirt/connection-driver/libvirt_driver_qemu.so'],
  },
  { package: 'libxml2-utils', probe: ['xmllint', '--version'] },
  { package: 'qemu-system-x86', probe: ['qemu-system-x86_64', '--version'] },
  { package: 'kmod', probe: ['/usr/sbin/depmod', '--version'] },
  { package: 'xz-utils', probe: ['xz', '--version'] },
  { package: 'debian-archive-keyring', probe: ['ls', '/usr/share/keyrings/debian-archive-keyring.gpg'] },
  { package: 'ipxe-qemu', probe: ['ls', '/usr/lib/ipxe/qemu/pxe-virtio.rom'] },
  { package: 'zsh', probe: ['zsh', '--version'] },
  { package: 'fish', probe: ['fish', '--version'] },
  { package: 'chromium', probe: ['chromium', '--version'] },
  { package: 'rabbitmq-server', probe: ['ls', '/usr/lib/rabbitmq/lib'] },
  { package: 'python3-oslo.messaging', probe: ['/usr/bin/python3', '-c', 'import oslo_messaging'] },
  { package: 'python3-os-vif', probe: ['/usr/bin/python3', '-c', 'import os_vif'] },
];

const missing = NEEDED.filter(
  ({ probe: [command, ...args] }) => spawnSync(command, args, { stdio: 'ignore' }).status !== 0,
);
if (missing.length > 0) bring(missing.map((need) => need.package));

function bring(packages) {
  const mayInstall = process.getuid?.() === 0 && spawnSync('apt-get', ['--version'], { stdio: 'ignore' }).status === 0;
  if (mayInstall) {
    console.log(`Installing what the tests run against: ${packages.join(', ')}`);
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    const apt = (...args) =>
      spawnSync('apt-get', ['-qq', ...args], { stdio: ['ignore', 'ignore', 'inherit'], env }).status === 0;
    if (apt('update') && apt('install', '--yes', '--no-install-recommends', ...packages)) return;
  }
  console.log(`Some tests will be skipped. To run them all, as root: apt-get install ${packages.join(' ')}`);
}
