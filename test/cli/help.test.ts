/** The texts of the help. */

import { expect, test } from 'vitest';
import { commandUnderTest } from './command.ts';

const osVif = commandUnderTest();

/** The help of the command and of each verb. */
async function helpTexts(): Promise<ReadonlyMap<string, string>> {
  const { stdout } = await osVif(['--help']);
  const verbs = [...stdout.matchAll(/^ {2}([a-z][\w-]*) /gm)].map(([, verb = '']) => verb);
  expect(verbs).toContain('plug');
  const texts = verbs.map(async (verb) => [verb, (await osVif([verb, '--help'])).stdout] as const);
  return new Map([['', stdout], ...(await Promise.all(texts))]);
}

test('fits into 80 columns, except for examples', async () => {
  for (const [verb, text] of await helpTexts()) {
    const long = text.split('\n').filter((line) => line.length > 80 && !line.startsWith('  $ os-vif '));
    expect([verb, long]).toEqual([verb, []]);
  }
});

test('is as wide as the terminal', async () => {
  const { stdout } = await osVif(['--help'], { terminal: true });
  const widths = stdout.split('\n').map((line) => line.length);
  expect(Math.max(...widths)).toBeGreaterThan(80);
  expect(Math.max(...widths)).toBeLessThanOrEqual(100);
});

test('tells each default once, in words, and no internal option', async () => {
  for (const [verb, text] of await helpTexts()) {
    const flat = text.replaceAll(/\s+/g, ' ');
    expect([verb, flat.match(/\(default:[^)]*\) \(default|\{\}|\[\]\)|default: \d{3}\b|"\w+"|internal/g)]).toEqual([
      verb,
      null,
    ]);
  }
});

test('of an unknown verb suggests one', async () => {
  const near = await osVif(['help', 'plgu']);
  expect([near.status, near.stdout]).toEqual([2, '']);
  expect(near.stderr).toBe(
    'os-vif: ERR_OSVIF_USAGE: no verb is named plgu, did you mean plug? os-vif --help lists all\n',
  );
  const far = await osVif(['help', 'nope']);
  expect([far.status, far.stderr]).toEqual([
    2,
    'os-vif: ERR_OSVIF_USAGE: no verb is named nope: os-vif --help lists all\n',
  ]);
});

test('is the same by `help plug` and `plug --help`, and by `help` and `--help`', async () => {
  expect((await osVif(['help', 'plug'])).stdout).toBe((await osVif(['plug', '--help'])).stdout);
  expect((await osVif(['help'])).stdout).toBe((await osVif(['--help'])).stdout);
});

test('a wrong option names the help of its verb', async () => {
  const { status, stderr } = await osVif(['plug', '--dryrun']);
  expect([status, stderr]).toEqual([
    2,
    "os-vif: unknown option '--dryrun'\n(Did you mean --dry-run?)\n(see os-vif plug --help)\n",
  ]);
});
