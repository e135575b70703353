import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { makeNetns, NETNS_UNAVAILABLE } from '../host/netns.ts';
import { commandUnderTest } from './command.ts';

const osVif = commandUnderTest();
const VERBS = [
  'validate',
  'show',
  'convert',
  'backport',
  'xml',
  'graph',
  'plan',
  'plug',
  'adopt',
  'check',
  'watch',
  'unplug',
  'gc',
  'ls',
  'host-info',
  'doctor',
  'schema',
  'fingerprints',
  'completion',
];

/** Examples with the answer no: nothing was plugged before, and no switch sends frames back. */
const ANSWERS_NO = ['check vif.json', 'check vifs.yaml --json', 'doctor --vepa eth0'];

test.skipIf(NETNS_UNAVAILABLE).each(VERBS)('every example in the help of %s works', async (verb) => {
  const netns = await makeNetns();
  const { status, stdout } = await osVif([verb, '--help']);
  expect(status).toBe(0);
  const examples = [...stdout.matchAll(/^ {2}\$ os-vif (.*)$/gm)].map(([, example = '']) => example);
  expect(examples.length).toBeGreaterThan(0);
  for (const example of examples) {
    const run = await osVif(example.split(' '), { inside: netns });
    expect([example, run.status, run.stderr]).toEqual([example, ANSWERS_NO.includes(example) ? 1 : 0, '']);
  }
});

test('the help lists every verb', async () => {
  const { status, stdout } = await osVif(['--help']);
  expect(status).toBe(0);
  for (const verb of [...VERBS, 'helper']) expect(stdout).toMatch(new RegExp(`^ {2}${verb} `, 'm'));
});

test('the version is that of the package', async () => {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  expect((await osVif(['--version'])).stdout).toBe(`${version}\n`);
});

test.each([
  ['no verb', [], /Usage: os-vif/],
  ['a misspelt verb', ['plgu'], /unknown command 'plgu'\n\(Did you mean plug\?\)/],
])('%s is refused with 2', async (_, args, text) => {
  const { status, stdout, stderr } = await osVif(args);
  expect([status, stdout]).toEqual([2, '']);
  expect(stderr).toMatch(text);
});

test('a reader that has had enough is no error', async () => {
  const child = spawn(process.execPath, [osVif.script, 'schema', 'VIFOpenVSwitch'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  child.stdout.destroy();
  let complaint = '';
  child.stderr.on('data', (chunk: Buffer) => (complaint += chunk.toString()));
  const status = await new Promise((resolve) => child.on('close', resolve));
  expect([status, complaint]).toEqual([0, '']);
});

test('the start loads no package: verbs load what they need', () => {
  const folder = new URL(`file://${osVif.script}`);
  const seen = new Set<string>();
  const visit = (file: URL): void => {
    for (const [, name = ''] of readFileSync(file, 'utf8').matchAll(
      /^(?:import|\} from|import .* from) '([^']+)';$/gm,
    )) {
      if (seen.has(name)) continue;
      seen.add(name);
      if (name.startsWith('.')) visit(new URL(name, folder));
    }
  };
  // The entry loads the program after it has set up the helper's signal handler.
  const program = /await import\('([^']+)'\)/.exec(readFileSync(folder, 'utf8'))?.[1] ?? '';
  visit(new URL(program, folder));
  expect([...seen].filter((name) => !/^(\.|node:)/.test(name))).toEqual([]);
});
