// The benchmarks: `npm run bench -- [group ...] [--json FILE] [--list]`. Each group runs in a process of its own.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, release } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import Table from 'cli-table3';

/** In the order in which they run. */
const GROUPS = {
  import: 'Importing, in a fresh process',
  codec: 'Reading and writing the wire format',
  validation: 'Validating what others send',
  conversion: 'From Neutron and nova, to libvirt',
  plug: 'Plugging and unplugging one VIF after the other',
  many: 'Many VIFs at once',
  growth: 'With more on the host already',
  scale: 'Checks and unplugs of many VIFs',
  watch: 'Drift as it comes about',
  helper: 'Through a helper with privileges',
  guard: 'Source guards',
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'string' }, list: { type: 'boolean' } },
});
if (values.list) {
  for (const [name, title] of Object.entries(GROUPS)) console.log(`${name.padEnd(12)} ${title}`);
  process.exit(0);
}
const unknown = positionals.filter((name) => !(name in GROUPS));
if (unknown.length > 0) {
  console.error(`no group ${unknown.join(', ')}; there are ${Object.keys(GROUPS).join(', ')}`);
  process.exit(2);
}

const results = [];
for (const name of positionals.length > 0 ? positionals : Object.keys(GROUPS)) {
  process.stderr.write(`${GROUPS[name]} ...\n`);
  const rows = await rowsOf(name);
  results.push({ group: name, title: GROUPS[name], rows });
  show(GROUPS[name], rows);
}
if (values.json) save(values.json);

/** In a network namespace of its own, so that nothing touches the machine's network. */
function rowsOf(group) {
  const script = fileURLToPath(new URL(`groups/${group}.mjs`, import.meta.url));
  const child = spawn('unshare', ['--net', process.execPath, '--expose-gc', script], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  return new Promise((resolve, reject) => {
    let rows;
    child.on('message', (message) => {
      rows = message;
    });
    child.on('exit', (status) =>
      rows && status === 0 ? resolve(rows) : reject(new Error(`group ${group} ended with ${status}`)),
    );
  });
}

function show(title, rows) {
  console.log(`\n${title}\n`);
  const table = new Table({
    head: ['', 'ours', 'theirs', 'ratio', 'spread', 'goal', 'holds'],
    style: { head: [], border: [] },
  });
  for (const { name, beside, unit, ours, theirs, ratio, spread, as, goal, holds } of rows)
    table.push([
      name,
      quantity(ours, unit),
      quantity(theirs, unit),
      `${number(ratio)} ${as} ${beside}`,
      spread.map(number).join(' to '),
      goal ? (goal.atLeast === undefined ? `at most ${goal.atMost}` : `at least ${goal.atLeast}`) : '',
      goal ? (holds ? 'yes' : 'no') : '',
    ]);
  console.log(table.toString());
}

/** The groups that ran take the place of what the file has of them. */
function save(path) {
  const before = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')).groups : [];
  const groups = Object.keys(GROUPS).flatMap(
    (name) => [...results, ...before].find(({ group }) => group === name) ?? [],
  );
  const machine = { node: process.version, kernel: release(), processors: cpus().length };
  writeFileSync(path, `${JSON.stringify({ machine, groups }, undefined, 1)}\n`);
}

function number(value) {
  return value >= 20 ? value.toFixed(0) : value >= 3 ? value.toFixed(1) : value.toFixed(2);
}

function quantity(value, unit) {
  if (unit !== 's') return `${number(value)} ${unit}`;
  const [scale, name] = value < 1e-3 ? [1e6, 'µs'] : value < 1 ? [1e3, 'ms'] : [1, 's'];
  return `${number(value * scale)} ${name}`;
}
