// The codec side by side with Debian's Python os-vif (python3-os-vif) in one run: each figure is the median of several rounds in turn.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { VersionedObject, versionManifest } from '../dist/entries/index.js';

const ROUNDS = 9;
const MIN_SECONDS = 0.1;
const file = new URL('../examples/ovs-vif.json', import.meta.url);
const text = readFileSync(file, 'utf8');
const compact = JSON.stringify(JSON.parse(text));
const primitive = JSON.parse(text);
const vif = VersionedObject.fromPrimitive(primitive);
const manifest = Object.fromEntries(Object.keys(versionManifest(vif.type)).map((name) => [name, '1.0']));

const operations = {
  toPrimitive: () => vif.toPrimitive(),
  fromPrimitive: () => VersionedObject.fromPrimitive(primitive),
  backport: () => vif.toPrimitive({ targetVersion: '1.0', versionManifest: manifest }),
  'bytes to object': () => VersionedObject.fromPrimitive(JSON.parse(compact)),
  'object to bytes': () => JSON.stringify(vif),
  'JSON.parse': () => JSON.parse(compact),
  'JSON.stringify': () => JSON.stringify(primitive),
};

let sink;
function secondsPerCall(operation) {
  let count = 0;
  const start = performance.now();
  let elapsed = 0;
  do {
    for (let i = 0; i < 100; i++) sink = operation();
    count += 100;
    elapsed = performance.now() - start;
  } while (elapsed < MIN_SECONDS * 1000);
  return elapsed / 1000 / count;
}

function startPeer() {
  const script = fileURLToPath(new URL('codec_peer.py', import.meta.url));
  const peer = spawn('/usr/bin/python3', [script, fileURLToPath(file)], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: peer.stdout })[Symbol.asyncIterator]();
  return {
    async round() {
      peer.stdin.write('round\n');
      const { value, done } = await lines.next();
      if (done) throw new Error('the Python peer ended; is python3-os-vif installed?');
      return JSON.parse(value);
    },
    stop: () => peer.stdin.end(),
  };
}

const median = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];

const peer = startPeer();
const ours = [];
const theirs = [];
for (let round = 0; round < ROUNDS; round++) {
  ours.push(
    Object.fromEntries(Object.entries(operations).map(([name, operation]) => [name, secondsPerCall(operation)])),
  );
  theirs.push(await peer.round());
}
peer.stop();

/** The ratio of each round, so that what slows the machine slows both sides. */
const ratios = (over, under) => over.map((round, i) => round / under[i]);
const column = (rounds, name) => rounds.map((round) => round[name]);
const micro = (seconds) => `${(seconds * 1e6).toFixed(1)} µs`;
const row = (name, value, found, goal, holds) => ({ name, value, ratio: found, goal, holds });

const speedup = (name, goal) => {
  const found = median(ratios(column(theirs, name), column(ours, name)));
  return row(name, micro(median(column(ours, name))), `${found.toFixed(0)} x Python`, `>= ${goal}`, found >= goal);
};
const overhead = (name, bare, goal) => {
  const found = median(ratios(column(ours, name), column(ours, bare)));
  return row(name, micro(median(column(ours, name))), `${found.toFixed(2)} x ${bare}`, `<= ${goal}`, found <= goal);
};
const rows = [
  speedup('toPrimitive', 100),
  speedup('fromPrimitive', 50),
  speedup('backport', 50),
  overhead('bytes to object', 'JSON.parse', 1.6),
  overhead('object to bytes', 'JSON.stringify', 1.6),
];
console.log(`A VIF with network, subnet, routes and profile (${compact.length} bytes), median of ${ROUNDS} rounds\n`);
console.table(rows.map(({ name, value, ratio, goal, holds }) => ({ name, time: value, ratio, goal, holds })));
if (sink === undefined) throw new Error('nothing was done');
