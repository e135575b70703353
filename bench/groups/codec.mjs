// The codec beside Python os-vif, and beside what JSON itself takes: a VIF with all that hangs on it, and one with its own fields only.
import { readFileSync } from 'node:fs';
import { VersionedObject, versionManifest } from 'os-vif';
import { row, secondsPerCall } from '../measure.mjs';
import { startPython } from '../python-peer.mjs';

const ROUNDS = 9;
const large = JSON.parse(readFileSync(new URL('../../examples/ovs-vif.json', import.meta.url), 'utf8'));
const { network: _, port_profile: __, ...ownFields } = large['versioned_object.data'];
const small = { ...large, 'versioned_object.data': ownFields };

const GOALS = {
  toPrimitive: { atLeast: 130 },
  fromPrimitive: { atLeast: 70 },
  backport: { atLeast: 100 },
};
/** An operation, what it cannot beat or is held against, and the goal as a multiple of the time of that. */
const LIMITS = [
  ['bytes to object', 'JSON.parse', 1.33],
  ['object to bytes', 'JSON.stringify', 0.7],
  ['backport', 'toPrimitive', 1.3],
];

const rows = [];
for (const [size, primitive] of Object.entries({ large, small })) rows.push(...(await measure(size, primitive)));
process.send(rows, () => process.disconnect());

async function measure(size, primitive) {
  const text = JSON.stringify(primitive);
  const bytes = Buffer.from(text);
  const vif = VersionedObject.fromPrimitive(primitive);
  const manifest = Object.fromEntries(Object.keys(versionManifest(vif.type)).map((name) => [name, '1.0']));
  const operations = {
    toPrimitive: () => vif.toPrimitive(),
    fromPrimitive: () => VersionedObject.fromPrimitive(primitive),
    backport: () => vif.toPrimitive({ targetVersion: '1.0', versionManifest: manifest }),
    'bytes to object': () => VersionedObject.fromBytes(bytes),
    'object to bytes': () => vif.toBytes(),
    'JSON.parse': () => JSON.parse(bytes),
    // V8 joins the parts of a string when they are first used, so the limit is the bytes, not the text.
    'JSON.stringify': () => Buffer.from(JSON.stringify(primitive)),
  };
  const ours = Object.fromEntries(Object.keys(operations).map((name) => [name, []]));
  const theirs = Object.fromEntries(Object.keys(operations).map((name) => [name, []]));
  const python = startPython('codec_peer.py');
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, operation] of Object.entries(operations)) ours[name].push(secondsPerCall(operation));
    for (const [name, seconds] of Object.entries(await python.ask(text))) theirs[name].push(seconds);
  }
  python.stop();
  const goals = size === 'large' ? GOALS : {};
  const label = (name) => `${name}, ${size} VIF (${bytes.length} bytes)`;
  return [
    ...['toPrimitive', 'fromPrimitive', 'backport', 'bytes to object', 'object to bytes'].map((name) =>
      row({
        name: label(name),
        ours: ours[name],
        theirs: theirs[name],
        beside: 'Python os-vif',
        best: true,
        goal: goals[name],
      }),
    ),
    ...LIMITS.map(([name, limit, atMost]) =>
      row({
        name: label(name),
        ours: ours[name],
        theirs: ours[limit],
        beside: limit,
        as: 'times the time of',
        best: true,
        goal: size === 'large' ? { atMost } : undefined,
      }),
    ),
  ];
}
