/** Runs bundled test files in the guest with vitest's own runner, in this process, and tells each result on the event line. */
import { existsSync, openSync, writeSync } from 'node:fs';
import { startTests } from '@vitest/runner';

/** ms. A guest is about ten times slower than its machine. */
const TEST_TIMEOUT = 120_000;
const EVENTS = '/dev/ttyS1';

/** `files`: functions that import a test file, by its path. Resolves to the exit status. */
export async function runTests(files, pattern) {
  const events = existsSync(EVENTS) ? openSync(EVENTS, 'a') : 1;
  const tell = (event) => writeSync(events, `${JSON.stringify(event)}\n`);
  const runner = new GuestRunner(files, pattern, tell);
  const results = await startTests(Object.keys(files), runner);
  for (const file of results) {
    for (const { message, stack } of file.result?.errors ?? [])
      tell({ event: 'error', file: file.name, error: stack ?? message });
  }
  const tests = results.flatMap((file) => testsOf(file));
  const skipped = pattern === '' ? tests.filter(({ mode }) => mode !== 'run') : [];
  for (const test of skipped) tell({ event: 'test', name: fullName(test), state: 'skip', fails: false, ms: 0 });
  const ran = tests.filter(({ mode }) => mode === 'run').length;
  if (ran === 0) tell({ event: 'error', file: Object.keys(files).join(' '), error: 'no test ran' });
  return ran > 0 && results.every((file) => file.result?.state !== 'fail') ? 0 : 1;
}

class GuestRunner {
  pool = 'guest';
  config;
  #files;
  #tell;

  constructor(files, pattern, tell) {
    this.#files = files;
    this.#tell = tell;
    this.config = {
      root: '/',
      name: '',
      setupFiles: [],
      passWithNoTests: false,
      allowOnly: false,
      includeTaskLocation: false,
      testNamePattern: pattern === '' ? undefined : new RegExp(pattern),
      sequence: { hooks: 'stack', setupFiles: 'list', shuffle: false, concurrent: false, seed: 1 },
      maxConcurrency: 1,
      testTimeout: TEST_TIMEOUT,
      hookTimeout: TEST_TIMEOUT,
      retry: 0,
      tags: [],
      strictTags: false,
      chaiConfig: undefined,
      diffOptions: undefined,
    };
  }

  importFile(path) {
    return this.#files[path]?.();
  }

  onBeforeRunTask(test) {
    if (test.mode === 'run') this.#tell({ event: 'begin', name: fullName(test) });
  }

  onAfterRunTask(test) {
    if (test.mode !== 'run') return;
    const { state, duration, errors } = test.result ?? {};
    const error = errors
      ?.map(({ stack, message, diff }) => [stack ?? message, diff].filter(Boolean).join('\n'))
      .join('\n');
    this.#tell({
      event: 'test',
      name: fullName(test),
      state: test.result?.pending || state === 'skip' ? 'skip' : state,
      fails: test.fails === true,
      ms: Math.round(duration ?? 0),
      ...(error && { error }),
    });
  }
}

function testsOf(suite) {
  return suite.tasks.flatMap((task) => (task.type === 'suite' ? testsOf(task) : [task]));
}

function fullName(test) {
  const names = [];
  for (let at = test; at?.file && at !== at.file; at = at.suite ?? at.file) names.unshift(at.name);
  return names.join(' > ');
}
