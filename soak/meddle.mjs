// What others do to a host behind the library's back.
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { OTHER_SWITCH, partsOf } from './kinds.mjs';

const execute = promisify(execFile);

/**
 * One thing to do to what the VIF is made of, or to what its `group`, all VIFs of its kind, shares: `what` it is, and `run`, which tells
 * whether it could be done.
 */
export function trickOn({ number, kind }, { host, random }) {
  const parts = partsOf(number);
  const choices = [
    ...parts.links.flatMap((link) => deviceTricks(link)),
    ...parts.rows.flatMap((row) => portTricks(row, host)),
    ...parts.shared.flatMap((link) => deviceTricks(link).map((trick) => ({ ...trick, group: kind }))),
    ...(parts.chain
      ? [{ what: `flush ${parts.chain}`, group: kind, run: () => command('iptables', '-F', parts.chain) }]
      : []),
  ];
  return random.pick(choices);
}

function deviceTricks({ name, kind, mtu, master, irreplaceable, sysctls = {} }) {
  const ip = (...args) => command('ip', 'link', ...args);
  return [
    ...(irreplaceable ? [] : [{ what: `delete ${name}`, run: () => ip('delete', name) }]),
    ...(mtu ? [{ what: `set the MTU of ${name}`, run: () => ip('set', name, 'mtu', '1400') }] : []),
    ...(kind === 'tun' || kind === 'vlan' ? [{ what: `set ${name} down`, run: () => ip('set', name, 'down') }] : []),
    ...(master ? [{ what: `take ${name} out of ${master}`, run: () => ip('set', name, 'nomaster') }] : []),
    ...Object.keys(sysctls).map((key) => ({ what: `set ${key} of ${name}`, run: () => setSysctl(name, key) })),
  ];
}

/** A port without its mark would be the admin's own, and stay at a garbage collection. */
function portTricks({ name, owner }, { vsctl }) {
  const mark = ['--', 'set', 'Port', name, `external_ids:os-vif=${owner}`];
  const move = ['del-port', name, '--', 'add-port', OTHER_SWITCH, name, ...mark];
  return [
    { what: `delete port ${name}`, run: () => succeeds(() => vsctl('del-port', name)), onSwitch: true },
    { what: `move port ${name} to ${OTHER_SWITCH}`, run: () => succeeds(() => vsctl(...move)), onSwitch: true },
  ];
}

/** It may fail because what it was to be done to is not there. */
async function succeeds(action) {
  try {
    await action();
    return true;
  } catch {
    return false;
  }
}

function command(file, ...args) {
  return succeeds(() => execute(file, args, { env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin` } }));
}

function setSysctl(device, key) {
  const [family, name] = key.split('/');
  return succeeds(() => writeFileSync(`/proc/sys/net/${family}/conf/${device}/${name}`, '0'));
}
