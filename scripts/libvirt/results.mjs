/**
 * Writes the table of docs/neutron-and-libvirt.md: how guests of libvirt worked in each way, in the
 * last run of all ways.
 */
import { readFile, writeFile } from 'node:fs/promises';

const PAGE = new URL('../../docs/neutron-and-libvirt.md', import.meta.url);
/** The part of the page that a run writes. */
const [BEGIN, END] = ['<!-- results: npm run test:libvirt -- all -->', '<!-- end of results -->'];
/** The steps of the test, in their order. */
const STEPS = new Map([
  ['start', 'starts'],
  ['pings', 'pings both ways'],
  ['plug', 'plug again'],
  ['unplug', 'nothing remains'],
]);

/** `modules`: the test modules of vitest. */
export async function writeResults(modules) {
  const tests = modules.flatMap((module) => [...module.children.allTests()]).map((test) => test.meta());
  const ways = tests.filter(({ title }) => title !== undefined);
  if (ways.length === 0) throw new Error('no test told of a way: nothing to record');
  const page = await readFile(PAGE, 'utf8');
  const [before, after] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (before < 0 || after < before) throw new Error(`${PAGE.pathname} has no lines "${BEGIN}" and "${END}"`);
  await writeFile(PAGE, `${page.slice(0, before)}${BEGIN}\n\n${table(ways)}\n${page.slice(after)}`);
}

function table(ways) {
  const row = (cells) => `| ${cells.join(' | ')} |`;
  const versions = new Set(ways.map((way) => way.versions));
  return [
    `${[...versions].join('; ')}.`,
    '',
    row(['VIF', '`<interface type>`', "guest's MTU", ...STEPS.values()]),
    row(['---', '---', '---', ...[...STEPS].map(() => '---')]),
    ...ways.map(({ title, interfaceType = '', guestMtu = '', done }) => {
      const states = [...STEPS.keys()].map((step) => (done.includes(step) ? 'ok' : '**fails**'));
      return row([title, `\`${interfaceType}\``, guestMtu, ...states]);
    }),
    '',
  ].join('\n');
}
