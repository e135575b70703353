/**
 * A test runner for Stryker that bundles every test file once, and for each mutant evaluates afresh, in this process, the bundles
 * that reach it: some 30 ms each, where a vitest of its own takes a second and more.
 */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Script } from 'node:vm';
import { build } from 'esbuild';
import { configureGlobal } from 'fast-check';
import { testCollector } from './collect-tests.mjs';

class BundledTestsRunner {
  static inject = ['options'];

  #files;
  #leftOut;
  #oneIn;
  #scripts;
  /** By id of the test, in ms. */
  #durations = new Map();

  constructor({ bundledTests, leftOutTests, oneMutantIn }) {
    this.#files = bundledTests;
    this.#leftOut = leftOutTests;
    this.#oneIn = oneMutantIn;
  }

  capabilities() {
    return { reloadEnvironment: true };
  }

  async init() {
    // The same values for every mutant, and no time spent on making a failure small.
    configureGlobal({ seed: 1, endOnFailure: true });
    // A mutant may leave a promise behind that nobody waits for any more: it decides nothing.
    process.on('unhandledRejection', () => {});
    this.#scripts = await Promise.all(this.#files.map(scriptOf));
  }

  async dryRun() {
    const stryker = instrumentation();
    stryker.activeMutant = undefined;
    stryker.mutantCoverage = { static: {}, perTest: {} };
    stryker.currentTestId = undefined;
    const results = [];
    for (const file of this.#files) {
      stryker.declaring = file;
      let tests = await this.#load(file);
      stryker.declaring = undefined;
      // Afresh for each, so that what one test makes and all the rest use counts for all of them; not for thousands of rows of vectors.
      const isAfresh = tests.length < 500;
      for (let index = 0; index < tests.length; index++) {
        if (isAfresh) tests = await this.#load(file);
        const test = tests[index];
        stryker.currentTestId = test.id;
        const result = await outcomeOf(test);
        stryker.currentTestId = undefined;
        this.#durations.set(test.id, result.timeSpentMs);
        results.push(result);
      }
      if (isAfresh) shareCoverage(stryker.mutantCoverage.perTest, file, tests);
      else delete stryker.mutantCoverage.perTest[file];
    }
    return { status: 'complete', tests: results, mutantCoverage: stryker.mutantCoverage };
  }

  async mutantRun({ activeMutant, testFilter, hitLimit }) {
    // Stryker does not count a mutant with an error.
    if (Number(activeMutant.id) % this.#oneIn !== 0) return { status: 'error', errorMessage: 'not in the sample' };
    const stryker = instrumentation();
    stryker.mutantCoverage = undefined;
    stryker.activeMutant = activeMutant.id;
    stryker.hitLimit = hitLimit;
    stryker.hitCount = hitLimit === undefined ? undefined : 0;
    let nrOfTests = 0;
    try {
      for (const file of this.#inOrder(testFilter)) {
        for (const test of await this.#testsOf(file, testFilter)) {
          nrOfTests++;
          const { status, failureMessage } = await outcomeOf(test);
          if (hitLimit !== undefined && stryker.hitCount > hitLimit)
            return { status: 'timeout', reason: 'an endless loop' };
          if (status === FAILED) return { status: 'killed', killedBy: [test.id], failureMessage, nrOfTests };
        }
      }
      return { status: 'survived', nrOfTests };
    } catch (error) {
      return { status: 'killed', killedBy: testFilter?.slice(0, 1) ?? [], failureMessage: String(error), nrOfTests };
    } finally {
      stryker.activeMutant = undefined;
    }
  }

  /** The files of the tests that reach a mutant, the quick ones first. */
  #inOrder(testFilter) {
    if (testFilter === undefined) return this.#files;
    const times = new Map();
    for (const id of testFilter) {
      const [file] = id.split('#');
      times.set(file, (times.get(file) ?? 0) + (this.#durations.get(id) ?? 0));
    }
    return [...times.keys()].sort((a, b) => times.get(a) - times.get(b));
  }

  async #testsOf(file, testFilter) {
    const wanted = testFilter && new Set(testFilter);
    const durationOf = ({ id }) => this.#durations.get(id) ?? 0;
    const tests = (await this.#load(file)).filter(({ id }) => wanted?.has(id) ?? true);
    return tests.sort((a, b) => durationOf(a) - durationOf(b));
  }

  /** The tests of a file, over modules that were never used. */
  async #load(file) {
    const tests = await evaluate(file, this.#scripts[this.#files.indexOf(file)]);
    return tests.filter(({ id }) => !this.#leftOut.some((name) => id.includes(name)));
  }
}

export const strykerPlugins = [{ kind: 'TestRunner', name: 'bundled-tests', injectableClass: BundledTestsRunner }];

const STRINGS = { type: 'array', items: { type: 'string' }, default: [] };
const NUMBER = { type: 'integer', minimum: 1, default: 1 };
/**
 * The files that the tests are in, parts of the names of tests that are not to run, and the size of
 * the sample.
 */
export const strykerValidationSchema = {
  properties: { bundledTests: STRINGS, leftOutTests: STRINGS, oneMutantIn: NUMBER },
};

/** Of Stryker's TestStatus. */
const [SUCCESS, FAILED] = [0, 1];

async function outcomeOf(test) {
  const start = performance.now();
  const result = { id: test.id, name: test.id, fileName: resolve(test.id.split('#')[0]) };
  try {
    await test.run();
    return { ...result, status: SUCCESS, timeSpentMs: performance.now() - start };
  } catch (error) {
    const failureMessage = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    return { ...result, status: FAILED, failureMessage, timeSpentMs: performance.now() - start };
  }
}

/** What a file runs while it declares its tests (rows of `test.each`, classes) counts for each test. */
function shareCoverage(perTest, file, tests) {
  const { [file]: ofDeclaring = {} } = perTest;
  delete perTest[file];
  for (const { id } of tests) {
    perTest[id] ??= {};
    for (const [mutant, count] of Object.entries(ofDeclaring)) perTest[id][mutant] = (perTest[id][mutant] ?? 0) + count;
  }
}

function instrumentation() {
  globalThis.__stryker__ ??= {};
  return globalThis.__stryker__;
}

async function evaluate(file, script) {
  const { vitest, tests, declareSuites } = testCollector(file);
  const fromHere = createRequire(resolve('package.json'));
  const require = (name) => (name === 'vitest' ? vitest : fromHere(name));
  await script.runInThisContext()(require);
  declareSuites();
  return tests;
}

/** Packages that keep nothing from one evaluation to the next, so that they need be loaded only once. */
const KEPT = ['vitest', 'ajv', 'fast-check', 'reflect-metadata', 'semver', 'koffi', 'esbuild'];

async function scriptOf(file) {
  const { outputFiles } = await build({
    entryPoints: [file],
    absWorkingDir: process.cwd(),
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    supported: { 'dynamic-import': false },
    // Mutants load no plugins of other packages, which is all that import.meta.resolve is for.
    define: { 'import.meta.url': '__url', 'import.meta.resolve': 'undefined' },
    external: KEPT.flatMap((name) => [name, `${name}/*`]),
    plugins: [withUrls, withoutKernel],
    logLevel: 'error',
  });
  return new Script(`(async function (require) {${asBody(outputFiles[0].text)}\n})`, { filename: file });
}

/** Imports of functions that a test may mock later, with `mock.timers` and `syncBuiltinESMExports`. */
function liveImports(names, from) {
  return names
    .split(',')
    .map((name) => name.trim().split(' as '))
    .map(([name, local = name]) => `const ${local} = (...args) => require(${from}).${name}(...args);`)
    .join(' ');
}

/** A module as the body of a function, which may wait as modules may. esbuild writes each import on a line of its own. */
function asBody(text) {
  return text
    .replace(/^import \{ default as (\w+) \} from /gm, 'import $1 from ')
    .replace(/^import \{([^}]*)\} from ("node:timers\/promises");$/gm, (_, names, from) => liveImports(names, from))
    .replace(/^import \{([^}]*)\} from ("[^"]+");$/gm, (_, names, from) => {
      return `const {${names.replaceAll(' as ', ': ')}} = require(${from});`;
    })
    .replace(/^import \* as (\w+) from ("[^"]+");$/gm, 'const $1 = require($2);')
    .replace(
      /^import (\w+) from ("[^"]+");$/gm,
      'const $1 = ((all) => (all.__esModule ? all.default : all))(require($2));',
    )
    .replace(/^import ("[^"]+");$/gm, 'require($1);')
    .replace(/^export \{[^}]*\};$/gm, '');
}

/** Around the text of a test file. Modules of src are evaluated before: their coverage is static. */
const DECLARING = 'const __s = globalThis.__stryker__; if (__s.declaring) __s.currentTestId = __s.declaring;';
const DECLARED = '\nif (__s.declaring) __s.currentTestId = undefined;';

const withUrls = {
  name: 'every file knows its own address',
  setup({ onLoad }) {
    onLoad({ filter: /[/\\](src|test)[/\\].*\.ts$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8');
      const isOfTests = relative('.', path).startsWith('test');
      const body = isOfTests ? DECLARING + text + DECLARED : text;
      return { contents: `const __url = ${JSON.stringify(pathToFileURL(path).href)};${body}`, loader: 'ts' };
    });
  },
};

const withoutKernel = {
  name: 'hosts are in memory',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /\/netns\.ts$/ }, () => ({ path: 'netns', namespace: 'none' }));
    onLoad({ filter: /.*/, namespace: 'none' }, () => ({
      contents: "export const NETNS_UNAVAILABLE = 'in memory only'; export const makeNetns = undefined;",
    }));
  },
};
