/** A packet socket (packet(7)) that sends and receives the Ethernet frames of one device. */

import { PermissionError } from '../../../errors/kernel.ts';
import { errnoText } from '../errno.ts';
import { type CallResult, checked, type Libc } from '../libc.ts';
import type { NetworkNamespace } from '../network-namespace.ts';

const AF_PACKET = 17;
const SOCK_RAW_NONBLOCK_CLOEXEC = 3 | 0o4000 | 0o2000000;
const ETH_P_ALL = 3;
const SIOCGIFFLAGS = 0x8913;
const SIOCGIFINDEX = 0x8933;
const IFF_RUNNING = 0x40;
/** struct ifreq: the name in 16 bytes, then the value. */
const [IFREQ_SIZE, IFREQ_VALUE] = [40, 16];
/** struct sockaddr_ll. */
const ADDRESS_SIZE = 20;
const MAX_FRAME = 65_536;

/** The frames of a device in a network namespace. */
export class PacketSocket {
  readonly #libc: Libc;
  readonly #fd: number;
  readonly #device: string;
  readonly #frame = Buffer.alloc(MAX_FRAME);

  /** @throws PermissionError without CAP_NET_RAW, SystemCallError if the namespace does not have the device */
  static async open(libc: Libc, namespace: NetworkNamespace, device: string): Promise<PacketSocket> {
    // With the protocol 0, the socket receives nothing before it is bound to the device.
    const opened = namespace.run(() => libc.socketSync(AF_PACKET, SOCK_RAW_NONBLOCK_CLOEXEC, 0));
    const socket = new PacketSocket(libc, permitted('open an AF_PACKET socket', opened), device);
    try {
      await socket.#bind();
      return socket;
    } catch (error) {
      socket.close();
      throw error;
    }
  }

  private constructor(libc: Libc, fd: number, device: string) {
    this.#libc = libc;
    this.#fd = fd;
    this.#device = device;
  }

  async #bind(): Promise<void> {
    const index = (await this.#ask('index', SIOCGIFINDEX)).readInt32LE(IFREQ_VALUE);
    const address = Buffer.alloc(ADDRESS_SIZE);
    address.writeUInt16LE(AF_PACKET, 0);
    address.writeUInt16BE(ETH_P_ALL, 2);
    address.writeInt32LE(index, 4);
    checked(`bind an AF_PACKET socket to ${this.#device}`, this.#libc.bindSync(this.#fd, address));
  }

  /** Whether the device is up and has a carrier. */
  async isRunning(): Promise<boolean> {
    return ((await this.#ask('flags', SIOCGIFFLAGS)).readUInt16LE(IFREQ_VALUE) & IFF_RUNNING) !== 0;
  }

  async #ask(what: string, request: number): Promise<Buffer> {
    const argument = Buffer.alloc(IFREQ_SIZE);
    argument.write(this.#device, 'utf8');
    checked(`${what} of ${this.#device}`, await this.#libc.ioctl(this.#fd, request, argument));
    return argument;
  }

  async send(frame: Buffer): Promise<void> {
    checked(`send a frame on ${this.#device}`, await this.#libc.send(this.#fd, frame, 0));
  }

  /** The next frame that has come in. Undefined if there is none. It is valid until the next call. */
  receive(): Buffer | undefined {
    const result = this.#libc.recvfromSync(this.#fd, this.#frame, 0, Buffer.alloc(ADDRESS_SIZE));
    if (result.errno === 'EAGAIN') return undefined;
    return this.#frame.subarray(0, checked(`receive a frame on ${this.#device}`, result));
  }

  close(): void {
    this.#libc.closeSync(this.#fd);
  }
}

function permitted(what: string, result: CallResult): number {
  if (result.errno !== 'EPERM' && result.errno !== 'EACCES') return checked(what, result);
  throw new PermissionError(what, result.errno, errnoText(result.errno), 'frames need CAP_NET_RAW: run this as root');
}
