// The least that lists the devices: it sends a request to rtnetlink, receives the answer, and
// decodes nothing.
import koffi from 'koffi';

const libc = koffi.load(null);
const socket = libc.func('int socket(int, int, int)');
const send = libc.func('int send(int, void *, size_t, int)');
const recv = libc.func('int recv(int, void *, size_t, int)');
const close = libc.func('int close(int)');

const [RTM_GETLINK, NLMSG_DONE, REQUEST_DUMP] = [18, 3, 0x301];

/** Receives the whole list. Returns its bytes. */
export function dumpLinks() {
  const fd = socket(16, 3, 0);
  const request = Buffer.alloc(32);
  request.writeUInt32LE(request.length);
  request.writeUInt16LE(RTM_GETLINK, 4);
  request.writeUInt16LE(REQUEST_DUMP, 6);
  send(fd, request, request.length, 0);
  const part = Buffer.alloc(1 << 16);
  let bytes = 0;
  let isDone = false;
  while (!isDone) {
    const length = recv(fd, part, part.length, 0);
    bytes += length;
    // The last datagram may end with the end of the list, or have nothing else.
    for (let at = 0; at + 16 <= length; at += (part.readUInt32LE(at) + 3) & ~3)
      isDone ||= part.readUInt16LE(at + 4) === NLMSG_DONE;
  }
  close(fd);
  return bytes;
}
