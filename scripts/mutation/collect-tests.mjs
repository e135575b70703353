/** What vitest's `describe` and `test` do, as far as tests of memory need it: collected first, then run one at a time by name. */
import { expect, expectTypeOf, vi } from 'vitest';

/** Longest that one test may wait, in ms: less than Stryker gives a mutant, so that one that waits for ever costs no new process. */
const DEADLINE = 6_000;
/** As they are before a test may put others in their place. */
const { setTimeout, clearTimeout } = globalThis;

/**
 * A stand-in for the module `vitest`, and the tests that a file wrote with it: `{ id, run() }`, in order. As in vitest,
 * the bodies of suites run after the whole file: by `declareSuites()`.
 */
export function testCollector(file) {
  const tests = [];
  const declarations = [];
  let suite = { name: '', before: [], after: [], beforeAll: [], parent: undefined };
  let finishers = [];

  function describe(name, ...rest) {
    const body = rest.find((value) => typeof value === 'function');
    const declaration = () => {
      suite = { name: `${suite.name}${name} > `, before: [], after: [], beforeAll: [], parent: suite };
      body();
      suite = suite.parent;
    };
    if (suite.parent === undefined) declarations.push(declaration);
    else declaration();
  }

  function declareSuites() {
    for (const declaration of declarations) declaration();
  }

  function test(name, ...rest) {
    const body = rest.find((value) => typeof value === 'function');
    const within = suite;
    tests.push({ id: `${file}#${within.name}${name} (${tests.length})`, run: () => run(within, body) });
  }

  async function run(within, body) {
    const suites = [];
    for (let at = within; at !== undefined; at = at.parent) suites.unshift(at);
    finishers = [];
    try {
      for (const { beforeAll } of suites) while (beforeAll.length > 0) await beforeAll.shift()();
      for (const { before } of suites) for (const hook of before) await hook();
      await inTime(body());
    } finally {
      for (const finish of finishers.reverse()) await finish();
      for (const { after } of suites.reverse()) for (const hook of after) await hook();
    }
  }

  const hook = (kind) => (body) => suite[kind].push(body);
  const vitest = {
    expect,
    expectTypeOf,
    vi,
    describe: Object.assign(describe, modifiers(describe)),
    test: Object.assign(test, modifiers(test)),
    beforeEach: hook('before'),
    afterEach: hook('after'),
    beforeAll: hook('beforeAll'),
    afterAll: () => {},
    onTestFinished: (body) => finishers.push(body),
  };
  return { vitest, tests, declareSuites };
}

function modifiers(declare) {
  const skipped = Object.assign(() => {}, { each: () => () => {} });
  return {
    each:
      (rows) =>
      (name, ...rest) => {
        const at = rest.findIndex((value) => typeof value === 'function');
        const isTable = rows.every(Array.isArray);
        for (const [index, row] of rows.entries()) {
          const values = isTable ? row : [row];
          declare(`${name} [${index}]`, ...rest.with(at, () => rest[at](...values)));
        }
      },
    skipIf: (condition) => (condition ? skipped : declare),
  };
}

async function inTime(running) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not done after ${DEADLINE} ms`)), DEADLINE);
  });
  try {
    await Promise.race([running, late]);
  } finally {
    clearTimeout(timer);
  }
}
