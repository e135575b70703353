// The end: what the agent says, what the library says, and what iproute2 and ovs-vsctl show.
import { readdirSync, readlinkSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { run } from '../namespace.mjs';
import { MTU } from './ports.mjs';

/** The part of the ports that is deleted at the end. */
const DELETED = 0.2;
/** A failed port is tried again within a minute. */
const CATCH_UP_MS = 70_000;
const BATCH = 16;

/** Deletes some ports, and notes every difference as a problem. */
export async function compare(context) {
  const { ports, processes, random, observer, problems } = context;
  const shuffled = random.shuffled(ports);
  const count = Math.round(ports.length * DELETED);
  const [gone, left] = [shuffled.slice(0, count), shuffled.slice(count)];
  for (let i = 0; i < gone.length; i += BATCH) {
    const answers = await Promise.all(
      gone.slice(i, i + BATCH).map(({ id }) => processes.request('DELETE', `/ports/${id}`)),
    );
    for (const { status, body } of answers)
      if (status !== 200) problems.push(`DELETE: ${status} ${JSON.stringify(body)}`);
  }

  for (const end = performance.now() + CATCH_UP_MS; ; await sleep(500)) {
    const found = [
      ...(await listed(processes, left)),
      ...(await checked(observer, left)),
      ...onHost(context, left, gone),
    ];
    if (found.length === 0) return;
    if (performance.now() < end) continue;
    problems.push(...found);
    return;
  }
}

/** What GET /ports tells. */
async function listed(processes, left) {
  const { body } = await processes.request('GET', '/ports');
  const states = new Map(body.ports.map(({ id, state }) => [id, state]));
  const wrong = left.filter(({ id }) => states.get(id) !== 'plugged');
  return [
    ...wrong.map(({ id }) => `GET /ports: ${id} is ${states.get(id) ?? 'lost'}`),
    ...(states.size === left.length ? [] : [`GET /ports: ${states.size} ports in place of ${left.length}`]),
  ];
}

async function checked({ osVif }, left) {
  const drifts = await osVif.checkAll(left.map(({ attachment }) => attachment));
  return left.flatMap(({ id, kind }, i) =>
    drifts[i].length === 0 ? [] : [`checkAll of ${kind} ${id}: ${JSON.stringify(drifts[i])}`],
  );
}

/** What iproute2 and ovs-vsctl show. */
function onHost({ host }, left, gone) {
  const links = new Map(JSON.parse(run('ip', '-json', 'link')).map((link) => [link.ifname, link]));
  const columns = '--columns=name,external_ids';
  const { data } = JSON.parse(host.vsctl('--format=json', columns, 'list', 'Interface'));
  const ids = new Map(data.map(([name, [, pairs]]) => [name, new Map(pairs).get('iface-id')]));
  const texts = [];
  for (const { id, kind, device, row, linuxBridge, bridge } of left) {
    const link = links.get(device);
    const isRight = link?.mtu === MTU && link.flags.includes('UP');
    if (device !== undefined && !isRight) texts.push(`${device} is ${link ? JSON.stringify(link) : 'missing'}`);
    if (linuxBridge !== undefined && link?.master !== linuxBridge) texts.push(`${device} is not on ${linuxBridge}`);
    if (kind === 'bridge' && !links.has(bridge)) texts.push(`${bridge} is missing`);
    if (row !== undefined && ids.get(row) !== id) texts.push(`${row} has the iface-id ${ids.get(row)}`);
  }
  for (const { device, row, linuxBridge } of gone) {
    for (const name of [device, linuxBridge]) if (links.has(name)) texts.push(`${name} is left`);
    if (ids.has(row)) texts.push(`port ${row} is left`);
  }
  return texts;
}

/** The other processes that keep the network namespace of this one. */
export function othersInNamespace() {
  const namespaceOf = (pid) => {
    try {
      return readlinkSync(`/proc/${pid}/ns/net`);
    } catch {
      return undefined;
    }
  };
  const own = namespaceOf('self');
  return readdirSync('/proc').filter(
    (name) => /^\d+$/.test(name) && Number(name) !== process.pid && namespaceOf(name) === own,
  );
}
