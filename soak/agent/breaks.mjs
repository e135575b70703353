// What others do to plugged ports: each break, and what it is done to.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const execute = promisify(execFile);
const env = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin` };

/** How often each break is chosen, relative to the others. */
const WEIGHTS = {
  'delete a device': 20,
  'change an MTU': 20,
  'set a device down': 20,
  'take a port off its bridge': 6,
  'delete a port of Open vSwitch': 14,
  'remove an iface-id': 14,
  'delete a Linux bridge': 1,
  'delete a bridge of Open vSwitch': 1,
  'change a VLAN': 5,
};

const own = (kinds, command) => ({
  fits: ({ kind }) => kinds.includes(kind),
  victims: (port) => [port],
  command,
});
const shared = (kind, command) => ({
  isShared: true,
  fits: (port) => port.kind === kind,
  victims: ({ bridge }, ports) => ports.filter((other) => other.bridge === bridge),
  command,
});

/** `fits` tells whether it can be done to a port, `victims` are the ports that it breaks. */
const BREAKS = {
  'delete a device': own(['tap', 'switched', 'hybrid'], ({ device }) => ['ip', 'link', 'del', device]),
  'change an MTU': own(['tap', 'switched', 'hybrid'], ({ device }) => ['ip', 'link', 'set', device, 'mtu', '1400']),
  'set a device down': own(['tap', 'switched', 'hybrid'], ({ device }) => ['ip', 'link', 'set', device, 'down']),
  'take a port off its bridge': own(['hybrid'], ({ device }) => ['ip', 'link', 'set', device, 'nomaster']),
  'delete a port of Open vSwitch': own(['switched', 'hybrid'], ({ row }) => ['del-port', row]),
  'remove an iface-id': own(['switched', 'hybrid'], ({ row }) => [
    ...['remove', 'Interface', row, 'external_ids', 'iface-id'],
  ]),
  'delete a Linux bridge': shared('bridge', ({ bridge }) => ['ip', 'link', 'del', bridge]),
  'delete a bridge of Open vSwitch': shared('switched', ({ bridge }) => ['del-br', bridge]),
  'change a VLAN': {
    ...own(['switched', 'hybrid'], ({ row }, random) => ['set', 'Port', row, `tag=${1 + random.below(4000)}`]),
    isHarmless: true,
  },
};

/**
 * The watch waits longer before it repairs a port again within a minute. This is not to be measured, so a port gets this time in ms
 * between two breaks of its own.
 */
const REST_MS = 65_000;

/**
 * The next break: `what`, `port`, `victims` and `isHarmless`; `run` tells whether it could be done. Undefined: not now.
 * @param restOf the ms since a port was repaired, 0 while it is broken
 */
export function nextBreak({ random, ports, connection, restOf, isServerDown }) {
  const what = random.weighted(WEIGHTS);
  const { fits, victims, command, isShared = false, isHarmless = false } = BREAKS[what];
  // A shared bridge has so many ports that one of them was always broken shortly before.
  const least = isShared ? 0 : REST_MS;
  const fitting = ports.filter((port) => fits(port) && restOf(port) > least);
  if (fitting.length === 0) return undefined;
  const port = random.pick(fitting);
  const broken = victims(port, ports);
  const words = command(port, random);
  const isOvs = words[0] !== 'ip';
  if (!broken.every((one) => restOf(one) > 0) || (isOvs && isServerDown())) return undefined;
  const vsctl = ['ovs-vsctl', `--db=${connection}`, '--no-wait', '--timeout=5'];
  return { what, port, victims: broken, isHarmless, run: () => succeeds(isOvs ? [...vsctl, ...words] : words) };
}

/** It may fail because what it was to be done to is not there at that moment. */
async function succeeds([file, ...args]) {
  try {
    await execute(file, args, { env });
    return true;
  } catch {
    return false;
  }
}
