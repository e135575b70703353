/** The guest's side of a TAP device: sends and receives Ethernet frames as a hypervisor does for its guest. */

import { closeSync, constants, openSync, readSync, writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { loadLibc } from '../../../src/host/linux/libc.ts';
import { openNetworkNamespace } from '../../../src/host/linux/network-namespace.ts';
import type { Netns } from '../../host/netns.ts';

const TUNSETIFF = 0x400454ca;
const IFF_TAP = 0x0002;
const IFF_NO_PI = 0x1000;
const IFREQ_SIZE = 40;
const IFNAMSIZ = 16;
/** IEEE 802's ethertype for experiments: nobody else sends it. */
const ETHERTYPE = 0x88b5;

export interface Guest {
  readonly mac: string;
  /** Broadcasts a frame with this text. */
  send(text: string): void;
  /** The texts of the frames that came in since the last time. */
  received(): string[];
}

/** Attaches to a TAP in the namespace, until the test ends. */
export async function attachGuest({ path }: Netns, tap: string, mac: string): Promise<Guest> {
  const libc = await loadLibc();
  const namespace = openNetworkNamespace(libc, path);
  const fd = namespace.run(() => openSync('/dev/net/tun', constants.O_RDWR | constants.O_NONBLOCK));
  namespace.close();
  onTestFinished(() => closeSync(fd));
  const request = Buffer.alloc(IFREQ_SIZE);
  request.write(tap);
  request.writeUInt16LE(IFF_TAP | IFF_NO_PI, IFNAMSIZ);
  const { value, errno } = await libc.ioctl(fd, TUNSETIFF, request);
  if (value < 0) throw new Error(`attaching to ${tap} failed: ${errno}`);

  const source = Buffer.from(mac.replaceAll(':', ''), 'hex');
  const header = Buffer.concat([Buffer.alloc(6, 0xff), source, Buffer.from([ETHERTYPE >> 8, ETHERTYPE & 0xff])]);
  return {
    mac,
    send: (text) => void writeSync(fd, Buffer.concat([header, Buffer.from(text), Buffer.alloc(60)])),
    received: () => {
      const texts: string[] = [];
      for (let frame = readFrame(fd); frame !== undefined; frame = readFrame(fd)) {
        if (frame.readUInt16BE(12) === ETHERTYPE) texts.push(frame.subarray(14).toString().replace(/\0+$/, ''));
      }
      return texts;
    },
  };
}

/** Which of these guests receive what another sends; those that do must do so within 3 s, the others have then had their chance. */
export async function reachedFrom(
  sender: Guest,
  others: Readonly<Record<string, Guest>>,
  expected: readonly string[],
): Promise<string[]> {
  const text = `from ${sender.mac} at ${performance.now()}`;
  const reached = new Set<string>();
  const look = () => {
    for (const [name, guest] of Object.entries(others)) if (guest.received().includes(text)) reached.add(name);
  };
  for (let i = 0; i < 60 && !expected.every((name) => reached.has(name)); i++) {
    sender.send(text);
    await sleep(50);
    look();
  }
  for (let i = 0; i < 5; i++) {
    sender.send(text);
    await sleep(50);
    look();
  }
  return [...reached].sort();
}

function readFrame(fd: number): Buffer | undefined {
  const buffer = Buffer.alloc(2048);
  try {
    return buffer.subarray(0, readSync(fd, buffer));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EAGAIN') return undefined;
    throw error;
  }
}
