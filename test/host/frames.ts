/** Frames in and out through the file descriptor of a TAP or macvtap device, as a hypervisor has it. */

import { execFileSync } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { checked, loadLibc } from '../../src/host/linux/libc.ts';
import { openNetworkNamespace } from '../../src/host/linux/network-namespace.ts';
import type { Netns } from './netns.ts';

const TUNSETIFF = 0x400454ca;
const IFF_TAP_NO_PI = 0x1002;
const IFF_VNET_HDR = 0x4000;
const TUNSETOFFLOAD = 0x400454d0;
const TUN_F_CSUM_TSO4_TSO6 = 7;
/** IEEE 802, local experimental EtherType 1. */
const ETHER_TYPE = Buffer.from('88b5', 'hex');
export const BROADCAST = 'ff:ff:ff:ff:ff:ff';

/** The guest's end of a device. */
export interface Wire {
  send(from: string, to: string, content: string): void;
  /** Sends these bytes as one frame. */
  sendBytes(frame: Uint8Array): void;
  /** The frames that come in until none has come for 200 ms. */
  drain(): Promise<Buffer[]>;
  /** Whether such a frame comes in within 300 ms; other frames are passed over. */
  receives(content: string): Promise<boolean>;
  /** The contents of all frames of tests that have come in, once no more come for 300 ms. */
  takeAll(): Promise<string[]>;
}

/** Attaches to a persistent TAP device. */
export async function attachTap(netns: Netns, name: string): Promise<Wire> {
  return wireOn(await openTap(netns, name));
}

/** Attaches to a macvtap device. */
export async function attachMacvtap(netns: Netns, name: string): Promise<Wire> {
  return wireOn(await openMacvtap(netns, name));
}

export interface DescriptorOptions {
  /**
   * Frames have headers of virtio-net and may be large or without checksums, as hypervisors and
   * guests agree. A read waits for a frame. Default: false.
   */
  readonly offloads?: boolean;
}

/** Returns a descriptor of a TAP device, which is created if it does not exist. */
export async function openTap(netns: Netns, name: string, options: DescriptorOptions = {}): Promise<number> {
  const namespace = openNetworkNamespace(await loadLibc(), netns.path);
  const fd = namespace.run(() => openSync('/dev/net/tun', flagsFor(options)));
  namespace.close();
  return attached(fd, name, options);
}

/**
 * Returns a descriptor of a macvtap device. udev makes no node for a device in another namespace,
 * so this does.
 */
export async function openMacvtap(netns: Netns, name: string, options: DescriptorOptions = {}): Promise<number> {
  const [, major = '', minor = ''] =
    /(\d+):(\d+)/.exec(
      netns.run(
        'sh',
        '-c',
        `cat /sys/class/net/${name}/tap*/dev /sys/class/net/${name}/macvtap/tap*/dev 2>/dev/null || true`,
      ),
    ) ?? [];
  const folder = mkdtempSync(join(tmpdir(), 'os-vif-macvtap-'));
  try {
    execFileSync('mknod', [join(folder, 'tap'), 'c', major, minor]);
    return attached(openSync(join(folder, 'tap'), flagsFor(options)), name, options);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function flagsFor({ offloads = false }: DescriptorOptions): number {
  return offloads ? constants.O_RDWR : constants.O_RDWR | constants.O_NONBLOCK;
}

/** Closes the descriptor at the end of the test. */
async function attached(fd: number, name: string, { offloads = false }: DescriptorOptions): Promise<number> {
  onTestFinished(() => closeSync(fd));
  const libc = await loadLibc();
  const request = interfaceRequest(name, offloads ? IFF_TAP_NO_PI | IFF_VNET_HDR : IFF_TAP_NO_PI);
  checked(`attach to ${name}`, await libc.ioctl(fd, TUNSETIFF, request));
  if (offloads) checked(`offloads of ${name}`, await libc.ioctl(fd, TUNSETOFFLOAD, TUN_F_CSUM_TSO4_TSO6));
  return fd;
}

/** Sends until a frame gets there. Kernel: linkwatch_schedule_work() may take a second to let frames through a device that was just set up. */
export async function untilCarried(from: Wire, mac: string, to: Wire): Promise<void> {
  for (let i = 0; i < 30; i++) {
    from.send(mac, BROADCAST, 'is it up');
    if (await to.receives('is it up')) return;
  }
  throw new Error(`no frame of ${mac} gets through`);
}

function interfaceRequest(name: string, flags: number): Buffer {
  const request = Buffer.alloc(40);
  request.write(name);
  request.writeUInt16LE(flags, 16);
  return request;
}

function wireOn(fd: number): Wire {
  return {
    send(from, to, content) {
      const header = Buffer.concat([macBytes(to), macBytes(from), ETHER_TYPE]);
      writeSync(fd, Buffer.concat([header, Buffer.from(content.padEnd(46, '\0'))]));
    },
    sendBytes: (frame) => void writeSync(fd, frame),
    async drain() {
      const frames: Buffer[] = [];
      const frame = Buffer.alloc(2000);
      for (let quiet = 0; quiet < 20; quiet++) {
        for (let length = readFrame(fd, frame); length > 0; length = readFrame(fd, frame)) {
          frames.push(Buffer.from(frame.subarray(0, length)));
          quiet = 0;
        }
        await sleep(10);
      }
      return frames;
    },
    async receives(content) {
      for (let i = 0; i < 30; i++) {
        if (contentsOn(fd).some((each) => each.startsWith(content))) return true;
        await sleep(10);
      }
      return false;
    },
    async takeAll() {
      const contents: string[] = [];
      for (let quiet = 0; quiet < 30; quiet++) {
        const more = contentsOn(fd);
        if (more.length > 0) quiet = 0;
        contents.push(...more);
        await sleep(10);
      }
      return contents.map((content) => content.replace(/\0*$/, ''));
    },
  };
}

/** The contents of the frames of tests that wait at the descriptor. */
function contentsOn(fd: number): string[] {
  const frame = Buffer.alloc(2000);
  const contents: string[] = [];
  for (let length = readFrame(fd, frame); length > 0; length = readFrame(fd, frame)) {
    if (frame.subarray(12, 14).equals(ETHER_TYPE)) contents.push(frame.toString('utf8', 14, length));
  }
  return contents;
}

/** The length of a frame; 0 when there is none, or the device is no more. */
function readFrame(fd: number, frame: Buffer): number {
  try {
    return readSync(fd, frame);
  } catch {
    return 0;
  }
}

function macBytes(mac: string): Buffer {
  return Buffer.from(mac.replaceAll(':', ''), 'hex');
}
