/**
 * Mutation testing: `npm run mutation [folder ...]`, the folders of the table below, or a file or
 * lines of one: `neutron/convert.ts:10-13`. With `--one-in 8` only every eighth mutant is tried.
 * With --vitest each mutant gets a vitest of its own, which is slow and proves the quick way right.
 * docs/mutation.md tells what comes of it.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Stryker } from '@stryker-mutator/core';

/** For each folder of src, the tests that are to notice. */
const FOLDERS = {
  neutron: testsIn('neutron', ['python-round-trip']),
  versioned: [
    ...testsIn('versioned', ['purity', 'properties']),
    ...testsIn('objects', ['negotiate']),
    'test/arguments.test.ts',
  ],
  wiring: [
    ...testsIn('wiring', ['killed', 'through-helper']),
    ...testsOf('os-vif', ['calls', 'check', 'check-all', 'list', 'many', 'results']),
    ...testsIn('host/memory'),
    ...testsIn('host-contract', ['debug-log']),
    ...testsIn('plugins', [
      'traffic',
      'contract',
      'load-plugin',
      'vxlan',
      'conformance',
      'switch',
      'representor',
      'lagging-switch',
    ]),
  ],
};

/** Tests that take seconds, which each mutant that survives would take too, and tests with parts of `vi` that only vitest's own process has. */
const LEFT_OUT = [
  'what may be left when the host does not answer at all',
  'compile strictly',
  'every object in %s is valid',
  'refuses a right document with one thing wrong in it',
  'a million elements',
  'a plug that was killed',
  'an object of another copy of the library',
  'a sleep without an abort ends after its time',
  'through a helper > ',
  'a collection does not wait for a server whose socket does not exist',
];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { vitest: { type: 'boolean' }, 'one-in': { type: 'string', default: '1' } },
});
const runner = values.vitest ? inVitest : inThisProcess;
const oneMutantIn = Number(values['one-in']);
for (const folder of positionals.length > 0 ? positionals : Object.keys(FOLDERS)) await mutate(folder);

async function mutate(folder) {
  const [name] = folder.split('/');
  const report = (ending) => `reports/mutation/${folder.replaceAll(/[/:]/g, '-')}${ending}`;
  await new Stryker({
    ...runner(FOLDERS[name]),
    mutate: [folder === name ? `src/${folder}/**/*.ts` : `src/${folder}`],
    coverageAnalysis: 'perTest',
    ignoreStatic: true,
    incremental: folder === name && oneMutantIn === 1,
    incrementalFile: report('-incremental.json'),
    concurrency: 1,
    timeoutMS: 10_000,
    ignorePatterns: ['dist', 'docs', 'bench', 'examples', 'reports'],
    reporters: ['progress-append-only', 'clear-text', 'html', 'json'],
    clearTextReporter: { reportTests: false, logTests: false, allowEmojis: false },
    htmlReporter: { fileName: report('.html') },
    jsonReporter: { fileName: report('.json') },
    thresholds: { high: 90, low: 80, break: 80 },
  }).runMutationTest();
  if (oneMutantIn > 1) printEstimate(report('.json'));
}

/**
 * The score that the sample stands for. Stryker's own counts every mutant that no test reaches, and
 * one in many others.
 */
function printEstimate(file) {
  const { files } = JSON.parse(readFileSync(file, 'utf8'));
  const mutants = Object.values(files).flatMap((each) => each.mutants);
  const count = (...statuses) => mutants.filter(({ status }) => statuses.includes(status)).length;
  const noticed = count('Killed', 'Timeout');
  const tried = noticed + count('Survived');
  const score = noticed / (tried + count('NoCoverage') / oneMutantIn);
  const error = Math.sqrt((score * (1 - score)) / tried);
  const percent = (value) => `${(100 * value).toFixed(1)} %`;
  console.log(`score of the sample: ${percent(score)}, standard error ${percent(error)} (${tried} mutants tried)`);
}

function inThisProcess(tests) {
  const plugin = fileURLToPath(new URL('bundled-tests-runner.mjs', import.meta.url));
  return { testRunner: 'bundled-tests', plugins: [plugin], bundledTests: tests, leftOutTests: LEFT_OUT, oneMutantIn };
}

function inVitest(tests) {
  const plugin = fileURLToPath(import.meta.resolve('@stryker-mutator/vitest-runner'));
  return { testRunner: 'vitest', plugins: [plugin], testFiles: tests, vitest: { related: false } };
}

/** The tests of a module in src itself, and those of its parts. */
function testsOf(module, parts) {
  return [module, ...parts.map((part) => `${module}-${part}`)].map((name) => `test/${name}.test.ts`);
}

/** The tests in a folder and below it, except those of these names. */
function testsIn(folder, leftOut = []) {
  return readdirSync(join('test', folder), { recursive: true })
    .filter((file) => file.endsWith('.test.ts') && !leftOut.includes(basename(file, '.test.ts')))
    .map((file) => join('test', folder, file));
}
