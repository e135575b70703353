/**
 * Interrupts plugs, unplugs and collections at moments that a seed determines, and compares the
 * output with the host.
 */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Netns } from '../host/netns.ts';
import type { Run, RunOptions, TestedCommand } from './command.ts';

const VERBS = ['plug', 'unplug', 'plug', 'gc'] as const;
type Verb = (typeof VERBS)[number];

/** What the command prints of a VIF (plug, unplug) or of a device (gc). */
interface Item {
  readonly id?: string;
  readonly owner?: string;
  readonly outcome: string;
}

/** Whether the device of a VIF is there after the command. Undefined: both are right. */
const EXPECTED: Readonly<Record<string, (before: boolean) => boolean | undefined>> = {
  plugged: () => true,
  unplugged: () => false,
  removed: () => false,
  'rolled back': (before) => before,
  'not started': (before) => before,
  'not removed': (before) => before,
  incomplete: () => undefined,
  unknown: () => undefined,
};

/**
 * Runs the verbs in turn on one namespace, and interrupts each at a random moment, once or twice,
 * with SIGINT or SIGTERM. Throws where the output differs from the host. Returns how often each
 * outcome was printed.
 */
export async function interruptedRuns(
  osVif: TestedCommand,
  netns: Netns,
  { runs, vifs: count, seed }: { readonly runs: number; readonly vifs: number; readonly seed: number },
): Promise<ReadonlyMap<string, number>> {
  const vifs = Array.from({ length: count }, (_, i) => vifNumber(i));
  writeFileSync(join(osVif.folder, 'interrupted.json'), JSON.stringify(vifs));
  writeFileSync(join(osVif.folder, 'none.json'), '[]');
  // Without Open vSwitch, a collection would wait for its database.
  writeFileSync(join(osVif.folder, 'without-ovs.yaml'), `{ netns: ${netns.path}, plugins: { ovs: false } }`);
  const run = (verb: Verb, options?: RunOptions): Promise<Run> =>
    osVif([verb, verb === 'gc' ? 'none.json' : 'interrupted.json', '--config', 'without-ovs.yaml'], options);
  const begin = performance.now();
  expect((await run('plug', { apart: true })).status).toBe(0);
  const duration = performance.now() - begin;

  const random = randomNumbers(seed);
  const seen = new Map<string, number>();
  for (let i = 0; i < runs; i++) {
    const verb = VERBS[i % VERBS.length] ?? 'plug';
    const moment = random() * duration;
    const again = random() < 0.5 ? undefined : random() * 20;
    const signal = random() < 0.5 ? 'SIGINT' : 'SIGTERM';
    const before = devicesIn(netns);
    const result = await run(verb, { kill: { signal, when: () => after(moment), again } });
    const story = `run ${i}: ${verb}, ${signal} after ${moment.toFixed()} ms, again ${again?.toFixed()}\n${result.stderr}`;
    for (const outcome of compared(verb, result, { before, after: devicesIn(netns), count, story }))
      seen.set(outcome, (seen.get(outcome) ?? 0) + 1);
  }
  return seen;
}

/** Compares the output with the host. Returns the outcomes. */
function compared(
  verb: Verb,
  { status, stdout, stderr }: Run,
  { before, after: now, count, story }: { before: Set<string>; after: Set<string>; count: number; story: string },
): string[] {
  if (stdout === '') {
    // The signal came before the command was ready for it.
    expect([status, [...now]], story).toEqual([null, [...before]]);
    return [];
  }
  const items = JSON.parse(stdout) as Item[];
  if (verb !== 'gc') expect(items, story).toHaveLength(count);
  for (const { id, owner, outcome } of items) {
    const vif = id ?? owner ?? '';
    const expected = EXPECTED[outcome]?.(before.has(vif));
    if (expected !== undefined) expect([vif, outcome, now.has(vif)], story).toEqual([vif, outcome, expected]);
  }
  const outcomes = items.map(({ outcome }) => outcome);
  const isDone = outcomes.every((outcome) => /^(un)?plugged$|^removed$/.test(outcome));
  const counts = /ERR_OSVIF_INTERRUPTED: interrupted by SIG(?:INT|TERM): (.*)$/m.exec(stderr)?.[1];
  if (!isDone) for (const outcome of new Set(outcomes)) expect(counts, story).toContain(` ${outcome}`);
  // Null: a signal came while Node.js ended the process after the output.
  expect(counts === undefined ? [0, null] : [130, 143, null], story).toContain(status);
  return outcomes;
}

/** The ids of the VIFs whose devices are in the namespace. */
function devicesIn(netns: Netns): Set<string> {
  return new Set(netns.links().map(({ ifalias = '' }) => ifalias.replace('os-vif:', '')));
}

function vifNumber(i: number): object {
  const id = `dc06${String(i).padStart(4, '0')}-3c8d-4f44-8fb4-e1d33c16a536`;
  return { type: 'VIFGeneric', id, address: '22:52:25:62:00:01', vif_name: `tap${i}`, plugin: 'tap', network: {} };
}

async function after(ms: number): Promise<boolean> {
  await new Promise((resolve) => setTimeout(resolve, ms));
  return true;
}

/** Numbers from 0 to 1 (mulberry32). */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
