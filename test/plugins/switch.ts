/** A switch next to the host: a Linux bridge in the same namespace. eth0 is the uplink to its port far0. */

import type { Netns } from '../host/netns.ts';

/** The switch, with the TAP `probe` on another of its ports. */
export function makeSwitch(netns: Netns): void {
  const ip = (...args: string[]) => netns.run('ip', ...args);
  ip('link', 'add', 'switch', 'type', 'bridge', 'forward_delay', '0', 'mcast_snooping', '0');
  ip('tuntap', 'add', 'probe', 'mode', 'tap');
  ip('link', 'set', 'probe', 'master', 'switch');
  for (const name of ['switch', 'probe']) ip('link', 'set', name, 'up');
  makeWire(netns);
}

/** From eth0 to the switch, which learns no addresses on it, so that the probe sees every frame. */
export function makeWire(netns: Netns): void {
  const ip = (...args: string[]) => netns.run('ip', ...args);
  ip('link', 'add', 'eth0', 'type', 'veth', 'peer', 'name', 'far0');
  ip('link', 'set', 'far0', 'master', 'switch');
  for (const name of ['eth0', 'far0']) ip('link', 'set', name, 'up');
  ip('link', 'set', 'far0', 'type', 'bridge_slave', 'learning', 'off');
}
