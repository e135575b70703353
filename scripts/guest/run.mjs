/**
 * Tests on Debian's kernels in QEMU guests: `npm run test:guest [-- GROUP...]`, see docs/kernels.md.
 * Without a group it runs the CI selection; `all` runs every group on each of its kernels and writes docs/kernels.md.
 */
import { parseArgs } from 'node:util';
import { CI_SELECTION, GROUPS } from './groups.mjs';
import { KERNELS } from './kernels.mjs';
import { writeResult } from './results.mjs';
import { faultySession, selfTest } from './self-test.mjs';
import { runSession } from './session.mjs';

const USAGE = `Usage: npm run test:guest [-- [options] [GROUP...]]
Groups: ${[...GROUPS.keys()].join(', ')}, all. Without a group: ${CI_SELECTION.map(({ group, kernel }) => `${group} on ${kernel}`).join(', ')}.
  --kernel NAME    only on this kernel (may be repeated): ${[...KERNELS.keys()].join(', ')}
  --tests PATTERN  only the tests whose name matches this regular expression
  --record         write the results to docs/kernels.md ("all" does so without being told)
  --console        print the console of each guest
  --self-test      show that the harness finds guests that go wrong
  --fault NAME     one of these guests (for --self-test)`;

const { values, positionals } = parse();
if (values.help) {
  console.log(USAGE);
} else if (values['self-test']) {
  process.exitCode = (await selfTest()) ? 0 : 1;
} else if (values.fault !== undefined) {
  const { selection: faulty, options } = faultySession(values.fault);
  process.exitCode = statusOf(await runSession(faulty, options));
} else {
  const isRecorded = values.record || positionals.includes('all');
  const results = await runSession(selection(), {
    pattern: values.tests,
    showConsole: values.console,
    ...(isRecorded && { onResult: writeResult }),
  });
  process.exitCode = statusOf(results);
}

function statusOf(results) {
  return results.every(({ fault }) => fault === undefined) ? 0 : 1;
}

function parse() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        kernel: { type: 'string', multiple: true },
        tests: { type: 'string' },
        record: { type: 'boolean' },
        console: { type: 'boolean' },
        'self-test': { type: 'boolean' },
        fault: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    return refuse(error.message);
  }
}

function selection() {
  requireKnown(positionals, [...GROUPS.keys(), 'all'], 'group');
  requireKnown(values.kernel ?? [], [...KERNELS.keys()], 'kernel');
  if (positionals.length === 0 && values.kernel === undefined) return CI_SELECTION;
  const groups = positionals.length === 0 || positionals.includes('all') ? [...GROUPS.keys()] : positionals;
  const chosen = groups.flatMap((group) =>
    (values.kernel ?? GROUPS.get(group).kernels).map((kernel) => ({ group, kernel })),
  );
  return chosen;
}

function requireKnown(names, known, what) {
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) refuse(`there is no ${what} ${unknown}`);
}

function refuse(message) {
  console.error(`${message}\n\n${USAGE}`);
  process.exit(2);
}
