// Source guards: their cost for each frame, and how the time of a plug grows with their number.
import { execFileSync, spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { LinuxHost } from 'os-vif/host';
import { inTurn, row, secondsUntil } from '../measure.mjs';
import { openNamespace } from '../ovs.mjs';
import { rawFrames } from '../raw-frames.mjs';

const MANY = 10_000;
const [TCP_ROUNDS, TCP_SECONDS] = [15, 1];
const [FRAME_ROUNDS, FRAMES] = [25, 30_000];
const PLUG_ROUNDS = 200;
const MAC = '02:00:00:00:00:0a';
const [GUEST, OTHER] = ['10.0.0.10', '10.0.0.1'];

const env = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin` };
const run = (...command) => execFileSync(command[0], command.slice(1), { encoding: 'utf8', env });
const guardOf = (device, i = 0) => ({
  ...{ device, hook: 'ingress', mac: MAC, mode: 'mac-and-ip', owner: `vif-${i}` },
  addresses: [GUEST, 'fd00::a'],
});

const host = await LinuxHost.open();
const rows = [await tcp(), ...(await frames()), await plugs()];
await host.close();
process.send(rows, () => process.disconnect());

/** A guest at veth-a. Its device on the host is port-a, and veth-b is behind a Linux bridge. */
async function tcp() {
  const [guest, other] = [openNamespace(), openNamespace()];
  const path = makePath(guest, other);
  const server = spawn(other.command[0], [...other.command.slice(1), 'iperf3', '--server'], { stdio: 'ignore', env });
  while (!run(...other.command, 'ss', '-Hltn').includes(':5201')) await sleep(50);
  const secondsPerGigabyte = () => {
    const said = run(...guest.command, 'iperf3', '--client', OTHER, '--time', String(TCP_SECONDS), '--json');
    return 8e9 / JSON.parse(said).end.sum_received.bits_per_second;
  };
  secondsPerGigabyte();
  const times = await inTurn(TCP_ROUNDS, withAndWithout(secondsPerGigabyte));
  server.kill('SIGKILL');
  path.remove();
  for (const namespace of [guest, other]) namespace.stop();
  return row({
    name: 'TCP with iperf3, for one gigabyte',
    ours: times.guarded,
    theirs: times.unguarded,
    beside: 'without a guard',
    goal: { atLeast: 0.95 },
  });
}

/** Raw frames of 300 bytes from veth-a to veth-b, with one guard and with many. */
async function frames() {
  const path = makePath();
  const sender = rawFrames('veth-a', udpFrame(300));
  let arrived = 0;
  // Kernel: linkwatch_schedule_work() may take a second until a new port forwards frames.
  for (let attempt = 0; attempt < 50 && arrived < FRAMES; attempt++) {
    const before = receivedBy('veth-b');
    sender.send(FRAMES);
    await sleep(100);
    arrived = receivedBy('veth-b') - before;
  }
  if (arrived < FRAMES) throw new Error(`only ${arrived} frames of ${FRAMES} arrived`);
  const measured = [];
  for (const count of [1, MANY]) {
    if (count > 1) await addGuards(host, count - 1);
    const times = await inTurn(
      FRAME_ROUNDS,
      withAndWithout(() => sender.send(FRAMES)),
    );
    measured.push(
      row({
        name: `a raw frame through a veth and a bridge, with ${count} guard${count > 1 ? 's' : ''}`,
        ours: times.guarded,
        theirs: times.unguarded,
        beside: 'without a guard',
        as: 'times the time of',
        best: true,
        goal: { atMost: 1.25 },
      }),
    );
  }
  sender.close();
  path.remove();
  return measured;
}

/** What a plug does for its guard: it looks for one, and sets it. */
async function plugs() {
  const empty = openNamespace();
  const [, path] = /--net=(.*)/.exec(empty.command[1]);
  const alone = await LinuxHost.open({ netns: path });
  const guarding = async ({ guards }) => {
    const seconds = await secondsUntil(async () => {
      await guards.get('tap0');
      await guards.set(guardOf('tap0'));
    });
    await guards.delete(guardOf('tap0'));
    return seconds;
  };
  for (const each of [host, alone]) {
    await each.links.create({ kind: 'tap', name: 'tap0', up: true });
    for (let i = 0; i < 20; i++) await guarding(each);
  }
  const times = await inTurn(PLUG_ROUNDS, { many: () => guarding(host), first: () => guarding(alone) });
  await alone.close();
  empty.stop();
  return row({
    name: `the guard of a plug, with ${MANY} guards`,
    ours: times.many,
    theirs: times.first,
    beside: 'the first guard of a host',
    as: 'times the time of',
    best: true,
    goal: { atMost: 2 },
  });
}

/** Sides for `inTurn`: the same measurement with a guard on port-a and without. */
function withAndWithout(measure) {
  return {
    async guarded() {
      await host.guards.set(guardOf('port-a'));
      const measured = measure();
      const { drops } = await host.guards.get('port-a');
      await host.guards.delete(guardOf('port-a'));
      if (drops > 100) throw new Error(`the guard dropped ${drops} frames`);
      return measured;
    },
    unguarded: measure,
  };
}

/** veth-a, port-a, a bridge, port-b and veth-b. In namespaces, veth-a and veth-b have addresses. */
function makePath(guest, other) {
  run('sh', '-ec', 'ip link add br0 type bridge; ip link set br0 up');
  // Bridges then forward frames without the chains of IP.
  run(
    'sh',
    '-ec',
    'for each in /proc/sys/net/bridge/bridge-nf-call-*tables; do [ ! -e $each ] || echo 0 > $each; done',
  );
  for (const [letter, namespace, address] of [
    ['a', guest, GUEST],
    ['b', other, OTHER],
  ]) {
    run('ip', 'link', 'add', `port-${letter}`, 'type', 'veth', 'peer', 'name', `veth-${letter}`);
    if (letter === 'a') run('ip', 'link', 'set', 'veth-a', 'address', MAC);
    if (namespace !== undefined) {
      run('ip', 'link', 'set', `veth-${letter}`, 'netns', /\d+/.exec(namespace.command[1])[0]);
      run(...namespace.command, 'ip', 'address', 'add', `${address}/24`, 'dev', `veth-${letter}`);
    }
    run(...(namespace?.command ?? []), 'ip', 'link', 'set', `veth-${letter}`, 'up');
    run('ip', 'link', 'set', `port-${letter}`, 'master', 'br0', 'up');
  }
  const remove = () => run('sh', '-c', 'ip link delete port-a; ip link delete port-b; ip link delete br0');
  return { remove };
}

function receivedBy(device) {
  return JSON.parse(run('ip', '-json', '-stats', 'link', 'show', device))[0].stats64.rx.packets;
}

/** Guards of devices that do not exist, which the kernel holds as those of devices (Linux 6.16). */
async function addGuards({ guards }, count) {
  for (let i = 1; i <= count; i++) await guards.set({ ...guardOf(`guest${i}`, i), anyDevice: true });
}

/** From the guest to another MAC address, with UDP. */
function udpFrame(size) {
  const frame = Buffer.alloc(size);
  frame.set(Buffer.from('02000000000b', 'hex'));
  frame.set(Buffer.from(`${MAC.replaceAll(':', '')}08004500`, 'hex'), 6);
  frame.writeUInt16BE(size - 14, 16);
  frame.set(Buffer.from('000000004011', 'hex'), 18);
  frame.set([10, 0, 0, 10, 10, 0, 0, 1], 26);
  frame.writeUInt16BE(4000, 34);
  frame.writeUInt16BE(4001, 36);
  frame.writeUInt16BE(size - 34, 38);
  return frame;
}
