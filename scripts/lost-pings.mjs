/**
 * Counts the pings that a guest loses while the library works: `npm run pings`. Writes the table of
 * docs/steadiness.md.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { startVitest } from 'vitest/node';

const PAGE = new URL('../docs/steadiness.md', import.meta.url);
/** The part of the page that a run writes. */
const [BEGIN, END] = ['<!-- results: npm run pings -->', '<!-- end of results -->'];

const vitest = await startVitest('test', [], {
  project: 'disturbance',
  watch: false,
  reporters: ['default', { onTestRunEnd: writeResults }],
});
await vitest.close();
process.exitCode = vitest.state.getCountOfFailedTests() === 0 && vitest.state.getUnhandledErrors().length === 0 ? 0 : 1;

/** `modules`: the test modules of vitest. */
async function writeResults(modules) {
  const tests = modules.flatMap((module) => [...module.children.allTests()]).map((test) => test.meta());
  const ways = tests.filter(({ losses }) => losses !== undefined);
  if (ways.length === 0) throw new Error('no test told of losses: nothing to record');
  const page = await readFile(PAGE, 'utf8');
  const [before, after] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (before < 0 || after < before) throw new Error(`${PAGE.pathname} has no lines "${BEGIN}" and "${END}"`);
  await writeFile(PAGE, `${page.slice(0, before)}${BEGIN}\n\n${table(ways)}\n${page.slice(after)}`);
}

function table(ways) {
  const row = (cells) => `| ${cells.join(' | ')} |`;
  const steps = [...new Set(ways.flatMap(({ losses }) => Object.keys(losses)))];
  return [
    row(['lost pings during', ...ways.map(({ way }) => way)]),
    row(['---', ...ways.map(() => '---')]),
    ...steps.map((step) => row([step, ...ways.map(({ losses }) => losses[step] ?? '-')])),
    '',
  ].join('\n');
}
