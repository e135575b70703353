import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { commandUnderTest } from '../command.ts';

const osVif = commandUnderTest();

test('a script for bash is printed that bash can read', async () => {
  const { status, stdout } = await osVif(['completion', 'bash']);
  expect(status).toBe(0);
  expect(stdout).toContain('os-vif complete --');
  expect(spawnSync('bash', ['-n'], { input: stdout }).status).toBe(0);
});

test.each([
  ['verbs', ['pl'], ['plan', 'plug']],
  ['options', ['plug', '--net'], ['--netns']],
  ['what an option may be', ['graph', '--format', 'm'], ['mermaid']],
  ['shells', ['completion', 'z'], ['zsh']],
])('%s are offered', async (_, words, offered) => {
  const lines = (await osVif(['complete', '--', ...words])).stdout.trimEnd().split('\n');
  expect(lines.slice(0, -1).map((line) => line.split('\t', 1)[0])).toEqual(offered);
  expect(lines.at(-1)).toBe(':4');
});

test('where a file is wanted, the shell offers files', async () => {
  expect((await osVif(['complete', '--', 'plug', ''])).stdout).toBe(':0\n');
});

test('a shell that is not known is refused', async () => {
  const { status, stderr } = await osVif(['completion', 'cmd']);
  expect([status, stderr]).toEqual([2, expect.stringContaining('Allowed choices are bash, zsh, fish, powershell')]);
});
