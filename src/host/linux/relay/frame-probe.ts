/** Sends a frame from one macvtap device on an uplink, and waits for it at another. */

import { SystemCallError } from '../../../errors/kernel.ts';
import { MissingLinkError } from '../../../errors/link.ts';
import { identityOf } from '../../../host-contract/expected-links.ts';
import type { Host } from '../../../host-contract/host.ts';
import type { Link } from '../../../host-contract/links.ts';
import { aliasOf } from '../../../host-contract/ownership.ts';
import { type Libc, loadLibc } from '../libc.ts';
import { type NetworkNamespace, openNetworkNamespace } from '../network-namespace.ts';
import { PacketSocket } from './packet-socket.ts';

/** The uplink to probe, and the limits of the probe. */
interface Attempt {
  readonly uplink: string;
  readonly signal: AbortSignal | undefined;
  /** Milliseconds. */
  readonly timeout: number;
}

/** Whether a frame comes back. Throws as `probeReflectiveRelay`. */
export async function probe(host: Host, attempt: Attempt): Promise<boolean> {
  const { uplink, signal } = attempt;
  const libc = await loadLibc();
  const lower = await host.links.get(uplink);
  if (lower === undefined) throw new MissingLinkError(uplink, WHAT);
  const namespace = openNetworkNamespace(libc, host.netns);
  const made: Link[] = [];
  try {
    for (const _ of ['sender', 'receiver']) made.push(await probeDevice(host, lower, signal));
    return await isFrameReturned(libc, namespace, made, attempt);
  } finally {
    namespace.close();
    const expected = made.map(({ index, name, alias }) => ({ index, name, alias }));
    await host.links.deleteAll(
      made.map(({ index }) => index),
      expected,
    );
  }
}

const WHAT = 'the probe of reflective relay';

/**
 * Creates a macvtap device in mode vepa, and sets it up. Its alias names an owner that is no VIF, so garbage
 * collection removes the device if this process is killed.
 */
async function probeDevice(host: Host, lower: Link, signal: AbortSignal | undefined): Promise<Link> {
  const id = crypto.randomUUID();
  const name = `probe-${id.slice(0, 8)}`;
  const alias = aliasOf(id);
  const settings = { name, alias, lower: lower.index, macvtap: { mode: 'vepa' } } as const;
  const index = await host.links.create({ ...settings, kind: 'macvtap' }, [identityOf(lower)]);
  try {
    signal?.throwIfAborted();
    // Without IPv6, the kernel sends no frames of its own. In some containers /proc/sys is read-only.
    await host.sysctl.set(`net/ipv6/conf/${name}/disable_ipv6`, '1').catch(() => undefined);
    await host.links.change(index, { up: true });
    const link = await host.links.get(index);
    if (link === undefined) throw new MissingLinkError(name, WHAT);
    return link;
  } catch (error) {
    await host.links.deleteAll([index], [{ index, name, alias }]);
    throw error;
  }
}

/** Sends a frame from the first device, and waits for the frame at the second. */
async function isFrameReturned(
  libc: Libc,
  namespace: NetworkNamespace,
  devices: readonly Link[],
  { uplink, signal, timeout }: Attempt,
): Promise<boolean> {
  const sockets: PacketSocket[] = [];
  const until = async (isDone: () => boolean | Promise<boolean>): Promise<boolean> => {
    for (const end = performance.now() + timeout; ; ) {
      signal?.throwIfAborted();
      if (await isDone()) return true;
      if (performance.now() >= end) return false;
      await new Promise((resolve) => setTimeout(resolve, POLL_INTERVAL));
    }
  };
  try {
    for (const { name } of devices) sockets.push(await PacketSocket.open(libc, namespace, name));
    const [sender, receiver] = sockets;
    // Kernel: linkwatch_schedule_work() may take a second to let frames through a device that was just set up.
    const areRunning = async () => (await Promise.all(sockets.map((socket) => socket.isRunning()))).every(Boolean);
    if (!(await until(areRunning))) {
      const advice = `set ${uplink} up, and connect it to the switch`;
      throw new SystemCallError(WHAT, 'ENETDOWN', `${uplink} is down or has no carrier`, advice);
    }
    const frame = probeFrame(devices[0]?.mac ?? '');
    await sender?.send(frame);
    return await until(() => receiver !== undefined && hasReceived(receiver, frame));
  } finally {
    for (const socket of sockets) socket.close();
  }
}

/** Milliseconds. */
const POLL_INTERVAL = 10;

/** IEEE 802: local experimental EtherType 1, for which no program waits. */
const ETHER_TYPE = '88b5';

/** A broadcast frame that differs from the frames of other probes. */
function probeFrame(from: string): Buffer {
  const header = Buffer.from(`ffffffffffff${from.replaceAll(':', '')}${ETHER_TYPE}`, 'hex');
  return Buffer.concat([header, Buffer.from(`os-vif reflective relay ${crypto.randomUUID()}`)]);
}

function hasReceived(socket: PacketSocket, frame: Buffer): boolean {
  for (let received = socket.receive(); received !== undefined; received = socket.receive()) {
    if (received.subarray(0, frame.length).equals(frame)) return true;
  }
  return false;
}
