import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { manPages } from '../../scripts/man/man-pages.ts';
import { commandUnderTest } from './command.ts';
import { optionsInHelp, optionsInPage, verbsIn } from './documented-options.ts';

const osVif = commandUnderTest();
const HAS_GROFF = spawnSync('groff', ['--version']).status === 0;
const pages = manPages();

test('package.json names the page of the command and of each verb', async () => {
  const { man } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  expect([...pages.keys()].map((name) => `./dist/man/${name}`).sort()).toEqual(man);
  const { stdout } = await osVif(['--help']);
  const verbs = verbsIn(stdout).map((verb) => `os-vif-${verb}.1`);
  expect([...pages.keys()].sort()).toEqual(['os-vif.1', ...verbs].sort());
});

test('a page has each option of the help, and no other', async () => {
  const { stdout } = await osVif(['--help']);
  expect(optionsInPage(pages.get('os-vif.1') ?? '')).toEqual(optionsInHelp(stdout));
  for (const verb of verbsIn(stdout)) {
    const help = optionsInHelp((await osVif([verb, '--help'])).stdout);
    expect(help).toContain('-h, --help');
    expect([verb, ...optionsInPage(pages.get(`os-vif-${verb}.1`) ?? '')]).toEqual([verb, ...help]);
  }
});

test('an example in a page has only options of the page', () => {
  for (const [name, page] of pages) {
    const options = optionsInPage(page).flatMap((option) => option.match(/-[\w-]+/g) ?? []);
    const examples = /\.EX\n(.*)\n\.EE/s.exec(page)?.[1]?.replaceAll('\\-', '-') ?? '';
    const used = [...examples.matchAll(/ (--?[a-z][\w-]*)/g)].map(([, option = '']) => option);
    expect([name, used.filter((option) => !options.includes(option))]).toEqual([name, []]);
  }
});

test.skipIf(!HAS_GROFF && !process.env.CI)('groff formats each page without a warning', () => {
  for (const [name, text] of pages) {
    const { stderr, status } = spawnSync('groff', ['-man', '-Tutf8', '-ww', '-z'], { input: text, encoding: 'utf8' });
    expect([name, status, stderr]).toEqual([name, 0, '']);
  }
});

test.skipIf(!HAS_GROFF && !process.env.CI)('a page says what the help of its verb says', async () => {
  for (const verb of ['plug', 'helper', 'xml', 'completion']) {
    const input = pages.get(`os-vif-${verb}.1`) ?? '';
    const groff = ['-man', '-Tutf8', '-P-cbou', '-rLL=1000n', '-rHY=0', '-dAD=l'];
    const page = words(execFileSync('groff', groff, { input, encoding: 'utf8' }));
    const help = (await osVif([verb, '--help'])).stdout.replace(/^Usage: .*/, '');
    const told = help.split(/\n{2,}|\n(?= {2}\S)/).flatMap((text) => text.trim().split(/ {2,}(?=\S)|: *$/m));
    expect(told.length).toBeGreaterThan(8);
    for (const text of told.map(words).filter((text) => !/^(Options|Examples|Arguments)$/.test(text)))
      expect(page).toContain(text.replace(/^\$ /, '').replace(/:$/, ''));
  }
});

test('a text that roff would take for a request is escaped', () => {
  for (const [, text] of pages) {
    const requests = text.split('\n').filter((line) => /^[.']/.test(line));
    for (const line of requests) expect(line).toMatch(/^\.(TH|SH|SS|PP|TP|EX|EE)\b/);
  }
});

function words(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}
