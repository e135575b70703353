// The least that receives link events in the event loop, and decodes their headers and attributes.
import { Socket } from 'node:net';
import koffi from 'koffi';

const libc = koffi.load(null);
const socket = libc.func('int socket(int, int, int)');
const bind = libc.func('int bind(int, void *, uint)');
const setsockopt = libc.func('int setsockopt(int, int, int, void *, uint)');
const dup3 = libc.func('int dup3(int, int, int)');
const close = libc.func('int close(int)');

const NONBLOCK_CLOEXEC = 0o2004000;
const [HEADER, IFINFOMSG] = [16, 16];

/** Calls `onLink` with the attributes of each device that an event tells. Returns a function that ends it. */
export function receiveLinkEvents(onLink) {
  const netlink = socket(16, 3 | NONBLOCK_CLOEXEC, 0);
  const address = Buffer.alloc(12);
  address.writeUInt16LE(16);
  address.writeUInt32LE(1 | 8, 8);
  bind(netlink, address, address.length);
  const size = Buffer.alloc(4);
  size.writeUInt32LE(4 << 20);
  setsockopt(netlink, 1, 33, size, size.length);
  const fd = socket(1, 1 | NONBLOCK_CLOEXEC, 0);
  const stream = new Socket({ fd, readable: true, writable: false });
  dup3(netlink, fd, 0o2000000);
  close(netlink);
  stream.on('data', (bytes) => {
    for (let at = 0; at + HEADER <= bytes.length; ) {
      const length = bytes.readUInt32LE(at);
      onLink(attributesOf(bytes.subarray(at + HEADER + IFINFOMSG, at + length)));
      at += (length + 3) & ~3;
    }
  });
  return () => stream.destroy();
}

function attributesOf(bytes) {
  const attributes = new Map();
  for (let at = 0; at + 4 <= bytes.length; ) {
    const length = bytes.readUInt16LE(at);
    if (length < 4) break;
    attributes.set(bytes.readUInt16LE(at + 2) & 0x3fff, bytes.subarray(at + 4, at + length));
    at += (length + 3) & ~3;
  }
  return attributes;
}
