/** Examines the requirements of plugging on this host, and gives advice for missing ones. */

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { LinuxHostOptions } from '../../host/linux/linux-parts.ts';
import { OvsdbClient, type OvsdbClientOptions } from '../../host/ovsdb/ovsdb-client.ts';
import { messageOf } from '../../text/message-of.ts';
import { readConfig } from '../config.ts';
import { databaseOf } from '../input/database.ts';
import type { Finding } from './finding.ts';
import { examineOvn, OVN_UNKNOWN } from './ovn.ts';
import { ownNamespace, type Trials } from './try-kernel.ts';

/** The options of an examination. */
export interface Examination {
  readonly ovsdb?: string;
  readonly config?: string;
  /** The uplink whose switch is probed. */
  readonly vepa?: string;
  readonly signal: AbortSignal;
}

/**
 * Examines all requirements. The network namespace of this process stays as it is: a probe removes
 * its devices.
 */
export async function examineHost(options: Examination): Promise<Finding[]> {
  const setup = await readConfig(options.config);
  const { host } = setup;
  const connection = databaseOf(options.ovsdb, setup);
  const koffi = await examineKoffi();
  return [
    examinePlatform(),
    koffi,
    capability('net-admin', 12, 'CAP_NET_ADMIN: make and change network devices', GIVE_CAPABILITY),
    capability('sys-admin', 21, 'CAP_SYS_ADMIN: enter another network namespace (--netns)', ENTER_FIRST),
    examineUserNamespaces(),
    ...tryKernelFeatures(koffi.state === 'yes'),
    ...(await examineOpenVSwitch({ ...host.ovsdb, ...(connection !== undefined && { connection }) })),
    ...(options.vepa === undefined ? [] : [await examineRelay(options.vepa, host, options.signal)]),
  ];
}

const GIVE_CAPABILITY =
  'run as root, give the service AmbientCapabilities=CAP_NET_ADMIN (systemd), or the container the capability NET_ADMIN';
const ENTER_FIRST =
  'needed only for --netns: start the command in the namespace (nsenter, ip netns exec), or run it as root';

/** Whether the operating system is Linux. `what` also names the version of Node. */
function examinePlatform(): Finding {
  const what = `Node.js ${process.version} on ${process.platform} ${process.arch}`;
  if (process.platform === 'linux') return { name: 'linux', state: 'yes', what };
  return {
    name: 'linux',
    state: 'no',
    what,
    advice: 'os-vif plugs devices only on Linux; --memory works on every system',
  };
}

async function examineKoffi(): Promise<Finding> {
  const advice =
    'run `npm install koffi` beside os-vif: it is an optional dependency, with binaries for glibc and musl';
  if (process.platform !== 'linux') return { name: 'koffi', state: 'unknown', what: 'not tried: this is not Linux' };
  try {
    const { loadLibc } = await import('../../host/linux/libc.ts');
    await loadLibc();
    return { name: 'koffi', state: 'yes', what: 'koffi loads: the kernel can be called' };
  } catch (error) {
    return { name: 'koffi', state: 'no', what: reasonOf(error), advice };
  }
}

/** Whether this process has a capability (capabilities(7)). `bit` is its number in CapEff. */
function capability(name: string, bit: number, what: string, advice: string): Finding {
  const effective = /^CapEff:\s*([0-9a-f]+)$/m.exec(statusOfThisProcess())?.[1];
  if (effective === undefined) return { name, state: 'unknown', what };
  const has = ((BigInt(`0x${effective}`) >> BigInt(bit)) & 1n) === 1n;
  return has ? { name, state: 'yes', what } : { name, state: 'no', what, advice };
}

function statusOfThisProcess(): string {
  try {
    return readFileSync('/proc/self/status', 'utf8');
  } catch {
    return '';
  }
}

function examineUserNamespaces(): Finding {
  const name = 'user-namespaces';
  const { error, status, stderr } = spawnSync('unshare', ['--user', '--map-root-user', 'true'], { encoding: 'utf8' });
  if (status === 0) return { name, state: 'yes', what: 'users can create a namespace for trials' };
  const what = error === undefined ? stderr.trim() : 'the command unshare is missing';
  const advice =
    'needed only for trials without root: sysctl kernel.unprivileged_userns_clone=1, or user.max_user_namespaces above 0';
  return { name, state: 'no', what, advice };
}

/** The kernel features: name, description, and advice if the trial fails. */
const FEATURES: readonly { readonly name: string; readonly what: string; readonly advice: string }[] = [
  { name: 'tap', what: 'TAP devices', advice: 'modprobe tun; in a container, allow the device /dev/net/tun (10:200)' },
  { name: 'veth', what: 'veth pairs (hybrid VIFs)', advice: 'modprobe veth' },
  { name: 'bridge', what: 'Linux bridges', advice: 'modprobe bridge' },
  { name: 'vlan', what: 'VLAN devices', advice: 'modprobe 8021q' },
  { name: 'macvtap', what: 'macvtap devices', advice: 'modprobe macvtap' },
  {
    name: 'vxlan',
    what: "VXLAN (Open vSwitch's tunnels); tried with `ip`",
    advice: 'modprobe vxlan; install iproute2',
  },
  { name: 'nft-ingress', what: 'nftables at the ingress of a device', advice: 'modprobe nf_tables; install nftables' },
  { name: 'iptables', what: "iptables (rules of Linux bridges' networks)", advice: 'install iptables' },
];

/** The names of all findings without a probe, in the order in which they are printed. */
export const FINDING_NAMES: readonly string[] = [
  'linux',
  'koffi',
  'net-admin',
  'sys-admin',
  'user-namespaces',
  ...FEATURES.map(({ name }) => name),
  'ovsdb',
  'ovn',
];

/** Tries each kernel feature in a new network namespace. */
function tryKernelFeatures(hasKoffi: boolean): Finding[] {
  const trials = hasKoffi ? trialsInNamespace() : 'not tried: koffi is missing';
  return FEATURES.map(({ name, what, advice }): Finding => {
    if (typeof trials === 'string') return { name, state: 'unknown', what: `${what}: ${trials}` };
    const failure = trials[name];
    if (failure === null) return { name, state: 'yes', what };
    return { name, state: 'no', what: `${what}: ${failure ?? 'not tried'}`, advice };
  });
}

/**
 * Runs `os-vif doctor --try-kernel` in a new namespace. Returns the reason as text if that is not possible.
 */
function trialsInNamespace(): Trials | string {
  const self = process.argv[1] ?? '';
  const isRoot = process.getuid?.() === 0;
  const args = [
    ...(isRoot ? [] : ['--user', '--map-root-user']),
    '--net',
    process.execPath,
    self,
    'doctor',
    '--try-kernel',
  ];
  const { error, status, stdout, stderr } = spawnSync('unshare', [...args, ownNamespace()], {
    encoding: 'utf8',
    timeout: 20_000,
  });
  if (error !== undefined) return 'not tried: the command unshare is missing';
  if (status !== 0) return `not tried: cannot create a namespace: ${stderr.trim().split('\n', 1)[0]}`;
  const trials: unknown = JSON.parse(stdout);
  return isTrials(trials) ? trials : 'not tried';
}

function isTrials(value: unknown): value is Trials {
  return typeof value === 'object' && value !== null;
}

/** Whether Open vSwitch answers, and whether the host is a chassis of OVN. */
async function examineOpenVSwitch(options: OvsdbClientOptions): Promise<Finding[]> {
  const client = new OvsdbClient({ ...options, timeout: 3_000 });
  try {
    const { system } = await client.view();
    const version = system.version === undefined ? ', whose ovs-vswitchd has not run yet' : ` ${system.version}`;
    return [{ name: 'ovsdb', state: 'yes', what: `Open vSwitch${version} answers` }, await examineOvn(client)];
  } catch (error) {
    const advice =
      'needed only for the plugin ovs: install and start openvswitch-switch, set --ovsdb to its socket, and allow this user to open the socket';
    return [{ name: 'ovsdb', state: 'no', what: reasonOf(error), advice }, OVN_UNKNOWN];
  } finally {
    await client.close();
  }
}

/** Whether the switch next to the uplink sends frames back. */
async function examineRelay(uplink: string, options: LinuxHostOptions, signal: AbortSignal): Promise<Finding> {
  const name = 'reflective-relay';
  const { LinuxHost } = await import('../../host/linux/linux-host.ts');
  const { probeReflectiveRelay } = await import('../../host/linux/relay/probe-reflective-relay.ts');
  try {
    await using host = await LinuxHost.open(options);
    if (await probeReflectiveRelay(host, uplink, { signal }))
      return {
        name,
        state: 'yes',
        what: `the switch next to ${uplink} sends frames back: guests in mode vepa reach each other`,
      };
    const advice =
      'set the port of the switch to hairpin mode (reflective relay), or use mode bridge: docs/vif-types/macvtap.md';
    return {
      name,
      state: 'no',
      what: `the switch next to ${uplink} does not send frames back to the port from which they came`,
      advice,
    };
  } catch (error) {
    signal.throwIfAborted();
    return { name, state: 'unknown', what: `not probed: ${reasonOf(error)}` };
  }
}

function reasonOf(error: unknown): string {
  return messageOf(error);
}
