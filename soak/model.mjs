// What the coordinator believes of the host: the state of each VIF, and where the host differs from that.
import { ADDRESS, LEASED, OTHER_SWITCH, partsOf, SWITCH, UPLINK, VIFS, WIRE } from './kinds.mjs';
import { holdersOf, sysctlOf } from './observe.mjs';

const LOGGED = 14;
/** Devices that are not the library's. */
const OTHERS = ['lo', WIRE, 'wire1', UPLINK, 'uplink1', LEASED, 'leased1', 'ovs-netdev'];

/**
 * `state`: plugged, unplugged, or unknown where a call was cut off. `damage`: none, or what somebody has done behind the library's back;
 * `possible` where that is not certain. `abandoned`: its owner has forgotten it, and it waits for garbage collection.
 */
export function newModel() {
  const start = performance.now();
  return VIFS.map((kind, number) => {
    const log = [];
    return {
      number,
      kind,
      state: 'unplugged',
      damage: undefined,
      abandoned: false,
      busy: false,
      log,
      note(text) {
        log.push(`${((performance.now() - start) / 1000).toFixed(3)} s  ${text}`);
        if (log.length > LOGGED) log.shift();
      },
    };
  });
}

/** Every way in which the host is not as the model says. One that is `pending` may go by itself, once ovs-vswitchd has caught up. */
export function differencesOf(model, seen, neighbours) {
  const known = { links: new Set(OTHERS), rows: new Set(), bridges: new Set([SWITCH, OTHER_SWITCH]) };
  for (const bridge of seen.bridges) for (const names of [known.links, known.rows]) names.add(bridge);
  for (const neighbour of neighbours) {
    const { links, rows } = neighbour.names();
    for (const name of links) known.links.add(name);
    for (const name of rows) known.rows.add(name);
  }
  const found = model.flatMap((vif) => vifDifferences(vif, seen, known));
  const nobodys = (what, names, expected) =>
    [...names].filter((name) => !expected.has(name)).map((name) => ({ text: `${what} ${name} is nobody's` }));
  return [
    ...found,
    ...neighbours.flatMap((one) => one.differences(seen).map((text) => ({ text: `of ${one.name}: ${text}` }))),
    ...nobodys('device', seen.links.keys(), known.links),
    ...nobodys('port', seen.rows.keys(), known.rows),
    ...nobodys('bridge of Open vSwitch', seen.bridges, known.bridges),
    ...nobodys('chain', seen.chains, new Set(model.map(({ number }) => partsOf(number).chain))),
    ...addressDifferences(model, seen),
    ...(seen.qos > 0 ? [{ text: `${seen.qos} QoS rows are there that no port ought to have` }] : []),
  ];
}

function vifDifferences({ number, state }, seen, known) {
  const parts = partsOf(number);
  const texts = [];
  const pending = [];
  for (const shared of parts.shared) known.links.add(shared.name);
  if (state === 'plugged') {
    for (const want of [...parts.links, ...parts.shared])
      texts.push(...linkDifferences(want, seen.links.get(want.name)));
    for (const want of parts.rows) texts.push(...rowDifferences(want, seen.rows.get(want.name)));
    for (const want of parts.rows) pending.push(...portDifferences(want, seen));
    for (const name of parts.bridges) if (!seen.bridges.has(name)) texts.push(`bridge ${name} is missing`);
    if (parts.usesSwitch && !seen.bridges.has(SWITCH)) texts.push(`bridge ${SWITCH} is missing`);
    if (parts.chain && !seen.chains.has(parts.chain)) texts.push(`chain ${parts.chain} is missing`);
  } else {
    for (const { name } of parts.links) if (seen.links.has(name)) texts.push(`device ${name} is left`);
    for (const { name } of parts.rows) if (seen.rows.has(name)) texts.push(`port ${name} is left`);
    for (const name of parts.bridges) {
      if (seen.bridges.has(name)) texts.push(`bridge ${name} is left`);
      if (seen.links.has(name))
        pending.push(`the device of bridge ${name} is left, opened by ${holdersOf(name).join(' and ') || 'nobody'}`);
    }
  }
  for (const { name } of parts.links) known.links.add(name);
  for (const { name } of parts.rows) known.rows.add(name);
  for (const name of parts.bridges) for (const names of Object.values(known)) names.add(name);
  return [
    ...texts.map((text) => ({ vif: number, text })),
    ...pending.map((text) => ({ vif: number, text, pending: true })),
  ];
}

/** The address of the wire, and the way to the world, are in one place: on the bridge while a VIF needs it there. */
function addressDifferences(model, { addresses }) {
  const isNeeded = model.some(({ kind, state }) => kind === 'wiredBridge' && state === 'plugged');
  return [ADDRESS, 'default via 192.0.2.1'].flatMap((wanted) => {
    const places = addresses.filter(({ address }) => address === wanted).map(({ on }) => on);
    const isRight = places.length === 1 && (!isNeeded || places[0] === 'brq-wired');
    return isRight ? [] : [{ text: `${wanted} is on ${places.join(' and ') || 'no device'}` }];
  });
}

function linkDifferences({ sysctls = {}, irreplaceable: _, ...want }, have) {
  if (!have) return [`device ${want.name} is missing`];
  const texts = mismatches(`device ${want.name}`, { ...want, group: 'default' }, have);
  for (const [key, value] of Object.entries(sysctls)) {
    const found = sysctlOf(want.name, key);
    if (found !== value) texts.push(`device ${want.name}: ${key} should be ${value}, is ${found}`);
  }
  return texts;
}

function rowDifferences({ name, bridge, owner, ids }, have) {
  if (!have) return [`port ${name} is missing`];
  return [
    ...mismatches(`port ${name}`, { bridge, owner }, have),
    ...mismatches(`port ${name}: external_ids`, ids, have.ids),
  ];
}

/** Whether the switch works on the very device that is there now. */
function portDifferences({ name, deviceless }, { rows, links }) {
  const row = rows.get(name);
  if (!row || deviceless) return [];
  const index = links.get(name)?.index;
  if (row.error) return [`port ${name}: ovs-vswitchd says ${row.error}`];
  if (!(row.ofport >= 0)) return [`port ${name} has ofport ${row.ofport}`];
  return row.ifindex === index ? [] : [`port ${name} is open on device ${row.ifindex}, not on ${index}`];
}

function mismatches(where, want, have) {
  return Object.entries(want)
    .filter(([key, value]) => have[key] !== value)
    .map(([key, value]) => `${where}: ${key} should be ${value}, is ${have[key]}`);
}
