/** The results of guests: a table for people at the end of a run, and docs/kernels.md, which keeps those of the last runs. */
import { readFile, writeFile } from 'node:fs/promises';
import { KERNELS } from './kernels.mjs';

const PAGE = new URL('../../docs/kernels.md', import.meta.url);
const DATA = new URL('../../docs/kernels.json', import.meta.url);
/** The part of the page that runs write. */
const [BEGIN, END] = ['<!-- results: npm run test:guest -- all -->', '<!-- end of results -->'];

/** One line for each guest. */
export function summary(results) {
  const lines = results.map((result) => {
    const counts = countsOf(result);
    const outcome = result.fault === undefined ? 'passed' : 'FAILED';
    return [
      outcome.padEnd(7),
      result.group.padEnd(10),
      result.kernel.padEnd(8),
      (result.release ?? '').padEnd(24),
      `${result.seconds} s`.padStart(6),
      `  ${counts.pass} passed, ${counts.expected} failed as expected, ${counts.fail} failed, ${counts.skip} skipped`,
      result.fault === undefined ? '' : `  ${result.fault.split('\n')[0]}`,
    ].join(' ');
  });
  return ['', ...lines].join('\n');
}

function countsOf({ steps }) {
  const counts = { pass: 0, expected: 0, fail: 0, skip: 0 };
  for (const { state, fails } of steps) counts[state === 'pass' && fails ? 'expected' : state]++;
  return counts;
}

/** Puts a result in place of the one that the page had for the same group and kernel. */
export async function writeResult({ group, kernel, release, seconds, fault, steps }) {
  const known = JSON.parse(await readFile(DATA, 'utf8').catch(() => '{}'));
  known[group] ??= {};
  known[group][kernel] = {
    release,
    seconds,
    ...(fault !== undefined && { fault: fault.split('\n')[0] }),
    steps: statesOf(steps),
  };
  await writeFile(DATA, `${JSON.stringify(known, null, 1)}\n`);
  const page = await readFile(PAGE, 'utf8');
  const [before, after] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (before < 0 || after < before) throw new Error(`docs/kernels.md has no lines "${BEGIN}" and "${END}"`);
  await writeFile(PAGE, `${page.slice(0, before)}${BEGIN}\n\n${tables(known)}\n${page.slice(after)}`);
}

/** State of each step by its name. */
function statesOf(steps) {
  return Object.fromEntries(
    steps.map(({ name, state, fails }) => [name, state === 'pass' && fails ? 'expected' : state]),
  );
}

const MARKS = { pass: 'ok', expected: 'fails, as expected', fail: '**fails**', skip: 'skipped' };

function tables(known) {
  return Object.entries(known)
    .map(([group, byKernel]) => {
      const kernels = [...KERNELS.keys()].filter((kernel) => kernel in byKernel);
      const results = kernels.map((kernel) => byKernel[kernel]);
      const names = new Set(results.flatMap(({ steps }) => Object.keys(steps)));
      const row = (cells) => `| ${cells.join(' | ')} |`;
      return [
        `### ${group}`,
        '',
        row(['step', ...kernels]),
        row(['---', ...kernels.map(() => '---')]),
        row(['kernel', ...results.map(({ release }) => release)]),
        row(['time', ...results.map(({ seconds }) => `${seconds} s`)]),
        ...(results.some(({ fault }) => fault)
          ? [row(['fault', ...results.map(({ fault }) => escaped(fault ?? ''))])]
          : []),
        ...[...names].map((name) =>
          row([escaped(name), ...results.map(({ steps }) => MARKS[steps[name]] ?? 'not run')]),
        ),
        '',
      ].join('\n');
    })
    .join('\n');
}

/** Names have braces, pipes and long values in them. */
function escaped(text) {
  const short = text.length > 160 ? `${text.slice(0, 157)}...` : text;
  return short.replace(/[|\\`*_<>[\]{}]/g, (character) => `\\${character}`);
}
