// Sends raw frames through a device as fast as the kernel takes them, on one processor.
import { closeSync } from 'node:fs';
import koffi from 'koffi';

const libc = koffi.load(null);
const socket = libc.func('int socket(int, int, int)');
const bind = libc.func('int bind(int, void *, uint)');
const sendmmsg = libc.func('int sendmmsg(int, void *, uint, int)');
const indexOf = libc.func('uint if_nametoindex(str)');
const setAffinity = libc.func('int sched_setaffinity(int, size_t, void *)');
const affinity = libc.func('int sched_getaffinity(int, size_t, void *)');

const [AF_PACKET, SOCK_RAW, ETH_P_IP] = [17, 3, 0x0800];
/** Frames of one call. */
const BATCH = 64;
/** struct mmsghdr and struct iovec on machines with 64 bits. */
const [MMSGHDR, IOVEC, MSG_IOV, MSG_IOVLEN] = [64, 16, 16, 24];
const CPU_SET = 128;

/** @param frame its bytes. `send(count)` returns the seconds of the processor for one frame. */
export function rawFrames(device, frame) {
  const fd = socket(AF_PACKET, SOCK_RAW, 0);
  const address = Buffer.alloc(20);
  address.writeUInt16LE(AF_PACKET);
  address.writeUInt16BE(ETH_P_IP, 2);
  address.writeInt32LE(indexOf(device), 4);
  if (bind(fd, address, address.length) !== 0) throw new Error(`no packet socket on ${device}`);
  const [content, part, messages] = [frame.length, IOVEC, BATCH * MMSGHDR].map((size) => memory(size));
  content.bytes.set(frame);
  part.bytes.writeBigUInt64LE(content.address);
  part.bytes.writeBigUInt64LE(BigInt(frame.length), 8);
  for (let i = 0; i < BATCH; i++) {
    messages.bytes.writeBigUInt64LE(part.address, i * MMSGHDR + MSG_IOV);
    messages.bytes.writeBigUInt64LE(1n, i * MMSGHDR + MSG_IOVLEN);
  }
  const sendAll = (count) => {
    for (let sent = 0; sent < count; ) sent += Math.max(0, sendmmsg(fd, messages.pointer, BATCH, 0));
  };
  return {
    send(count) {
      // The receiver runs on the processor of the sender, mostly in its system calls.
      const unpin = pinned();
      const start = performance.now();
      sendAll(count);
      const seconds = (performance.now() - start) / 1000;
      unpin();
      return seconds / count;
    },
    close: () => closeSync(fd),
  };
}

/** Keeps this thread on its last processor. */
function pinned() {
  const [before, one] = [Buffer.alloc(CPU_SET), Buffer.alloc(CPU_SET)];
  affinity(0, CPU_SET, before);
  const last = before.findLastIndex((byte) => byte !== 0);
  one[last] = 1 << (31 - Math.clz32(before[last]));
  setAffinity(0, CPU_SET, one);
  return () => setAffinity(0, CPU_SET, before);
}

/** Memory that stays at its address. */
function memory(size) {
  const pointer = koffi.alloc('uint8_t', size);
  const bytes = Buffer.from(koffi.view(pointer, size));
  bytes.fill(0);
  return { pointer, bytes, address: BigInt(koffi.address(pointer)) };
}
