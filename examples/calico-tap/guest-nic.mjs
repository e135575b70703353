// What a hypervisor does with a TAP device: it holds the file descriptor, and hands each frame to the guest's NIC and back.
// Here the guest is a network namespace, and its NIC a TAP device there.
import { closeSync, constants, openSync, readSync, writeSync } from 'node:fs';
import koffi from 'koffi';

const CLONE_NEWNET = 0x40000000;
const TUNSETIFF = 0x400454ca;
const IFF_TAP = 0x0002;
const IFF_NO_PI = 0x1000;
const MAX_FRAME = 65536;

const libc = koffi.load(null);
const setns = libc.func('int setns(int, int)');
const ioctl = libc.func('int ioctl(int, ulong, void *)');

/** Joins a TAP device of the host to one of the guest; returns what ends it. */
export function joinNics(host, guest) {
  const [a, b] = [attach(host), attach(guest)];
  const frame = Buffer.alloc(MAX_FRAME);
  const timer = setInterval(() => {
    pass(a, b, frame);
    pass(b, a, frame);
  }, 1);
  return () => {
    clearInterval(timer);
    closeSync(a);
    closeSync(b);
  };
}

/** Attaches to a persistent TAP device in a namespace that `ip netns` knows by name. */
function attach({ netns, name }) {
  const home = openSync('/proc/self/ns/net', 'r');
  const target = openSync(`/run/netns/${netns}`, 'r');
  call('setns', setns(target, CLONE_NEWNET));
  const fd = openSync('/dev/net/tun', constants.O_RDWR | constants.O_NONBLOCK);
  call('setns', setns(home, CLONE_NEWNET));
  closeSync(home);
  closeSync(target);
  const request = Buffer.alloc(40);
  request.write(name);
  request.writeUInt16LE(IFF_TAP | IFF_NO_PI, 16);
  call('TUNSETIFF', ioctl(fd, TUNSETIFF, request));
  return fd;
}

function call(what, result) {
  if (result < 0) throw new Error(`${what}: errno ${koffi.errno()}`);
}

/** Passes on the frames that wait. */
function pass(from, to, frame) {
  for (;;) {
    try {
      writeSync(to, frame, 0, readSync(from, frame, 0, MAX_FRAME));
    } catch {
      // Nothing more waits, or the device is gone.
      return;
    }
  }
}
