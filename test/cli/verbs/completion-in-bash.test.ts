/** The completion script in a real bash: a TAB on a terminal, and the function by itself. */

import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { commandUnderTest } from '../command.ts';

const osVif = commandUnderTest();
let script = '';

beforeAll(async () => {
  script = join(osVif.folder, 'completion.bash');
  writeFileSync(script, (await osVif(['completion', 'bash'])).stdout);
});

function bash(text: string): { stdout: string; stderr: string } {
  const PATH = `${join(dirname(osVif.script), '../..')}:${process.env.PATH}`;
  const options = { cwd: osVif.folder, encoding: 'utf8', env: { PATH, S: script, HOME: osVif.folder } } as const;
  return spawnSync('bash', ['--norc', '--noprofile', '-c', text], options);
}

/** What is offered for these words, as bash has them; the last one is completed. */
function offered(...words: string[]): string[] {
  const quoted = words.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ');
  const { stdout, stderr } = bash(
    `source "$S"; COMP_WORDS=(${quoted}); COMP_CWORD=${words.length - 1}; _os_vif_complete; printf '%s\n' "\${COMPREPLY[@]}"`,
  );
  expect(stderr).toBe('');
  return stdout.split('\n').filter((word) => word !== '');
}

test.each<[string, string[], string[]]>([
  ['verbs', ['os-vif', 'pl'], ['plan', 'plug']],
  ['options', ['os-vif', 'plug', '--net'], ['--netns']],
  ['the words of an option', ['os-vif', 'graph', '--format', 'm'], ['mermaid']],
  ['the words of an option behind =', ['os-vif', 'graph', '--format', '=', 'm'], ['mermaid']],
  ['objects', ['os-vif', 'schema', 'VIFO'], ['VIFOpenVSwitch']],
  ['other schemas', ['os-vif', 'schema', 'options-of-t'], ['options-of-tap']],
  ['features', ['os-vif', 'doctor', '--need', 'net'], ['net-admin']],
  ['no words where a file is wanted', ['os-vif', 'plug', ''], []],
])('%s are offered', (_, words, expected) => {
  expect(offered(...words)).toEqual(expected);
});

test('`doctor --need` offers all features', () => {
  expect(offered('os-vif', 'doctor', '--need', '')).toEqual(expect.arrayContaining(['linux', 'koffi', 'tap', 'ovsdb']));
});

test('the script can be sourced twice, with set -eu, and prints nothing', () => {
  const { stdout, stderr } = bash('set -eu; source "$S"; source "$S"; complete -p os-vif');

  expect([stdout, stderr]).toEqual(['complete -o default -F _os_vif_complete os-vif\n', '']);
});

test('the script defines nothing but one function with a prefix', () => {
  const names = 'compgen -A function; compgen -v';
  const { stdout } = bash(
    `{ ${names}; } > before; source "$S"; { ${names}; } > after; comm -13 <(sort before) <(sort after)`,
  );

  expect(stdout.split('\n').filter((name) => name !== '' && name !== 'PIPESTATUS')).toEqual(['_os_vif_complete']);
});

const ATTACKS = [
  '$(touch X)',
  '`touch X`',
  `\${x:-$(touch X)}`,
  '"$(touch X)',
  "'$(touch X)",
  '<(touch X)',
  '>(touch X)',
  '$((a[$(touch X)]))',
  'a[$(touch X)]',
  '$[a[$(touch X)]]',
  '; touch X ;',
  '\\$(touch X)',
  '*',
  '!!',
  '!touch',
  '~$(touch X)',
  '--format=$(touch X)',
  '-e',
  '--',
];

test.each(ATTACKS)('the function does not evaluate %s', (word) => {
  for (const words of [[word, ''], [word], ['plug', word, 'v']]) offered('os-vif', ...words);

  expect(existsSync(join(osVif.folder, 'X'))).toBe(false);
});

test('a glob that was typed is not expanded', () => {
  expect(offered('os-vif', 'graph', '*', '--format', 'm')).toEqual(['mermaid']);
});

/** Types on a terminal of an interactive bash, and gives all that the terminal showed. */
async function type(keys: string, before = ''): Promise<string> {
  const rc = join(osVif.folder, 'rc');
  writeFileSync(rc, `PS1='ready> '; bind 'set bell-style none'; source ${script}; ${before}\n`);
  const terminal = spawn('script', ['-qec', `bash --noprofile --rcfile ${rc} -i`, '/dev/null'], {
    cwd: osVif.folder,
    env: { PATH: `${join(dirname(osVif.script), '../..')}:${process.env.PATH}`, TERM: 'dumb', HOME: osVif.folder },
  });
  let shown = '';
  for await (const chunk of terminal.stdout) {
    const before = shown;
    shown += String(chunk);
    const appears = (text: string) => shown.includes(text) && !before.includes(text);
    // readline takes one key after the other: what follows a TAB waits until its words are there.
    if (appears('ready> ')) terminal.stdin.write(`${keys}\u0001\u000becho done-$((1 + 1))\n`);
    if (appears('done-2')) terminal.stdin.write('exit\n');
  }
  return shown;
}

test.each([
  'os-vif plug $(touch X) \t',
  'os-vif plug `touch X` \t',
  `os-vif plug \${x:-$(touch X)} \t`,
  'os-vif plug "$(touch X)" \t',
  "os-vif plug '$(touch X)\t",
  'os-vif plug <(touch X) \t',
  'os-vif plug $((a[$(touch X)])) \t',
  'os-vif graph --format $(touch X)\t',
  'os-vif $(touch X)\t',
])('TAB on a terminal does not evaluate %j', async (keys) => {
  rmSync(join(osVif.folder, 'X'), { force: true });

  expect(await type(keys)).toContain('done-2');

  expect(readdirSync(osVif.folder)).not.toContain('X');
});

test('TAB on a terminal completes a verb', async () => {
  expect(await type('os-vif valid\t')).toContain('os-vif validate');
});

test('TAB on a terminal does not expand the history', async () => {
  expect(await type('os-vif plug !touch \t', 'set -o history; set -H; history -s "touch X"')).toContain('done-2');

  expect(readdirSync(osVif.folder)).not.toContain('X');
});

test.for(['zsh', 'fish'])('%s reads its script twice', async (shell, { skip }) => {
  if (spawnSync(shell, ['--version']).error) {
    if (process.env.CI === 'true') throw new Error(`${shell} is not installed: apt-get install ${shell}`);
    skip(`apt-get install ${shell}`);
  }
  const file = join(osVif.folder, `completion.${shell}`);
  writeFileSync(file, (await osVif(['completion', shell])).stdout);
  const [option, start] = shell === 'zsh' ? ['-f', 'autoload -U compinit; compinit -D;'] : ['--no-config', ''];

  const args = [option, '-c', `${start} source ${file}; source ${file}`];
  const { status, stderr } = spawnSync(shell, args, { encoding: 'utf8', cwd: osVif.folder });

  expect([status, stderr]).toEqual([0, '']);
});
