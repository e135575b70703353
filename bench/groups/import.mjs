// What a fresh process pays: time and memory of importing, and of a first TAP, beyond an empty process of its language.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { row } from '../measure.mjs';

const ROUNDS = 11;
const root = new URL('../..', import.meta.url);
const script = (name) => fileURLToPath(new URL(`../first/${name}`, import.meta.url));
const node = (source) => [process.execPath, '--input-type=module', '-e', `${source};${NODE_MEMORY}`];
const python = (source) => ['/usr/bin/python3', '-c', `${source}\n${PYTHON_MEMORY}`];
const NODE_MEMORY = 'console.log(process.resourceUsage().maxRSS / 1024)';
const PYTHON_MEMORY = 'import resource; print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)';
/** A namespace of its own for each process that makes a device. */
const ALONE = ['unshare', '--net'];

const PROGRAMS = {
  'an empty Node.js': node('1'),
  'the model': node("await import('os-vif')"),
  'os-vif/host': node("await import('os-vif/host')"),
  'os-vif/host and a first TAP': [...ALONE, process.execPath, script('tap.mjs')],
  'an empty Python': python('1'),
  'the model of Python': python('import os_vif.objects; os_vif.objects.register_all()'),
  'Python os-vif': python('import os_vif; os_vif.initialize()'),
  'Python os-vif and a first TAP': [...ALONE, '/usr/bin/python3', script('tap.py')],
};

const found = Object.fromEntries(Object.keys(PROGRAMS).map((name) => [name, { seconds: [], megabytes: [] }]));
for (let round = 0; round < ROUNDS; round++) {
  for (const [name, [command, ...args]] of Object.entries(PROGRAMS)) {
    const start = performance.now();
    const { status, stdout } = spawnSync(command, args, {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    if (status !== 0) throw new Error(`${name} ended with ${status}`);
    found[name].seconds.push((performance.now() - start) / 1000);
    found[name].megabytes.push(Number(stdout.trim().split('\n').at(-1)));
  }
}

const seconds = (name) => found[name].seconds;
const beyond = (name, empty, what) => found[name][what].map((value, i) => value - found[empty][what][i]);
process.send(
  [
    ...[
      ['the model', 0.6],
      ['os-vif/host', 0.85],
    ].map(([name, atMost]) =>
      row({
        name: `importing ${name}, beyond an empty process`,
        ours: seconds(name).map((value) => value - Math.min(...seconds('an empty Node.js'))),
        theirs: seconds('an empty Node.js'),
        beside: 'an empty Node.js',
        as: 'times the time of',
        best: true,
        goal: { atMost },
      }),
    ),
    row({
      name: 'importing the model, beyond an empty process',
      ours: beyond('the model', 'an empty Node.js', 'seconds'),
      theirs: beyond('the model of Python', 'an empty Python', 'seconds'),
      beside: 'Python os-vif',
    }),
    row({
      name: 'a process that imports os-vif/host',
      ours: seconds('os-vif/host'),
      theirs: seconds('Python os-vif'),
      beside: 'Python os-vif',
    }),
    row({
      name: 'a process that makes a first TAP',
      ours: seconds('os-vif/host and a first TAP'),
      theirs: seconds('Python os-vif and a first TAP'),
      beside: 'Python os-vif',
      goal: { atLeast: 3 },
    }),
    row({
      name: 'memory of the model, beyond an empty process',
      ours: beyond('the model', 'an empty Node.js', 'megabytes'),
      theirs: beyond('the model of Python', 'an empty Python', 'megabytes'),
      beside: 'Python os-vif',
      as: 'times the memory of',
      unit: 'MB',
    }),
    row({
      name: 'memory of a process with a first TAP',
      ours: found['os-vif/host and a first TAP'].megabytes,
      theirs: found['Python os-vif and a first TAP'].megabytes,
      beside: 'Python os-vif',
      as: 'times the memory of',
      unit: 'MB',
    }),
  ],
  () => process.disconnect(),
);
