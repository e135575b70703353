/** Guests that are made to go wrong, each in its way: the harness must say so and end with a status that is not 0. */
import { spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { KERNELS } from './kernels.mjs';

const PROGRAM = fileURLToPath(new URL('run.mjs', import.meta.url));
const folderOf = (name) => fileURLToPath(new URL(`../../test/guest-harness/${name}`, import.meta.url));
const broken = (name, more) => ({ folder: folderOf(name), modules: [], ...more });

/** Groups for `--fault NAME`, and what the run must say. */
const FAULTS = new Map(
  Object.entries({
    fails: { group: broken('fails'), says: /2 of the tests failed/ },
    panics: { group: broken('panics'), says: /the kernel of the guest panicked: .*sysrq triggered crash/ },
    hangs: {
      group: broken('hangs', { limit: 90 }),
      says: /the guest hangs: it was not done after 90 s, in the test "the test never ends"/,
    },
    unloadable: { group: broken('unloadable'), says: /this file can not be loaded/ },
    'no-test': { group: broken('fails'), pattern: 'a name that no test has', says: /no test ran/ },
    'no-module': { group: broken('fails', { modules: ['os_vif_none'] }), says: /the kernel has no module os_vif_none/ },
    'no-package': {
      group: broken('fails'),
      kernel: { suites: ['bookworm'], newest: 'linux-image-os-vif-none' },
      says: /Debian has no package linux-image-os-vif-none in bookworm/,
    },
  }),
);

/** Those that take no guest. */
const COMMAND_LINES = [
  { name: 'unknown group', args: ['os-vif-none'], says: /there is no group os-vif-none/, status: 2 },
  { name: 'unknown kernel', args: ['--kernel', '2.4'], says: /there is no kernel 2\.4/, status: 2 },
];

/** What `--fault NAME` runs: the selection and the options of a session. */
export function faultySession(name) {
  const fault = FAULTS.get(name);
  if (fault === undefined) throw new Error(`there is no fault ${name}`);
  const { group, kernel = KERNELS.get('6.1'), pattern } = fault;
  const options = { groups: new Map([[name, group]]), kernels: new Map([['6.1', kernel]]), pattern };
  return { selection: [{ group: name, kernel: '6.1' }], options };
}

/** Resolves to whether the harness found every fault. */
export async function selfTest() {
  const cases = [
    ...COMMAND_LINES,
    ...[...FAULTS].map(([name, { says }]) => ({ name, args: ['--fault', name], says, status: 1 })),
    { name: 'SIGTERM', args: ['--fault', 'hangs'], says: /interrupted by SIGTERM/, status: 143, interrupt: /booting/ },
  ];
  const outcomes = [];
  for (const each of cases) outcomes.push(await holds(each));
  return outcomes.every(Boolean);
}

async function holds({ name, args, says, status, interrupt }) {
  const start = performance.now();
  const folder = await mkdtemp(join(tmpdir(), 'os-vif-self-test-'));
  try {
    const { found, output } = await outcomeOf(args, folder, interrupt);
    const left = [...(await readdir(folder)), ...(await processesThatName(folder))];
    const isRight = found === status && says.test(output) && left.length === 0;
    const seconds = Math.round((performance.now() - start) / 1000);
    console.log(`${isRight ? 'ok  ' : 'FAIL'} ${name}: status ${found} (${seconds} s)`);
    if (!isRight)
      console.log(`expected status ${status} and ${says}; left behind: ${left}; the output was:\n${output}`);
    return isRight;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function outcomeOf(args, folder, interrupt) {
  const child = spawn(process.execPath, [PROGRAM, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, TMPDIR: folder },
  });
  let output = '';
  let isInterrupted = false;
  const take = (chunk) => {
    output += chunk;
    if (isInterrupted || !interrupt?.test(output)) return;
    isInterrupted = true;
    child.kill('SIGTERM');
  };
  child.stdout.on('data', take);
  child.stderr.on('data', take);
  const found = await new Promise((resolve) => child.once('close', resolve));
  return { found, output };
}

/** Command lines of the processes that work in a folder. */
async function processesThatName(folder) {
  const ids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const lines = await Promise.all(ids.map((id) => readFile(`/proc/${id}/cmdline`, 'utf8').catch(() => '')));
  return lines.map((line) => line.replaceAll('\0', ' ')).filter((line) => line.includes(folder));
}
