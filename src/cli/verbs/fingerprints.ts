/** `os-vif fingerprints`: prints the checksums that oslo's ObjectVersionChecker compares. */

import type { Command } from 'commander';
import { readDocument } from '../input/documents.ts';
import { EXIT } from '../output/exit.ts';
import { printJson, printsJson, printText, shown } from '../output/output.ts';
import { tableOf } from '../output/table.ts';
import { addVerb, type CommonOptions, configOption } from '../verb.ts';

/** Adds the verb `fingerprints` to the command. */
export function addFingerprints(program: Command): void {
  addVerb(program, {
    name: 'fingerprints',
    summary: "print the fingerprints of the objects, as oslo's ObjectVersionChecker computes them",
    examples: ['fingerprints', 'fingerprints --expect fingerprints.json'],
  })
    .option('--expect <file>', 'fingerprints by object name: print the differences, and exit with 1 if there are any')
    .addOption(configOption())
    .action(printFingerprints);
}

async function printFingerprints(options: CommonOptions & { readonly expect?: string }): Promise<void> {
  const { everyObject } = await import('../every-object.ts');
  const fingerprints = everyObject().map(({ name, object }) => [name, object.fingerprint()] as const);
  if (options.expect !== undefined) return compare(options.expect, Object.fromEntries(fingerprints), options);
  if (printsJson(options)) printJson(Object.fromEntries(fingerprints));
  else printText(tableOf(['object', 'fingerprint'], fingerprints));
}

const FINGERPRINT = /^\d+\.\d+-[0-9a-f]{32}$/;

async function compare(file: string, found: Record<string, string>, options: CommonOptions): Promise<void> {
  const document = await readDocument(file);
  const { located, recordOf } = await import('../input/objects.ts');
  const { FieldValueError } = await import('../../errors/model.ts');
  const expected = recordOf(document, 'fingerprints by object name');
  located(document.where, () => {
    for (const [name, value] of Object.entries(expected))
      if (typeof value !== 'string' || !FINGERPRINT.test(value))
        throw new FieldValueError(value, 'a fingerprint: a version, `-` and 32 hexadecimal digits').within(name);
  });
  const names = [...new Set([...Object.keys(expected), ...Object.keys(found)])].sort();
  const differences = names
    .filter((name) => expected[name] !== found[name])
    .map((object) => ({ object, expected: expected[object] ?? null, found: found[object] ?? null }));
  if (differences.length > 0) process.exitCode = EXIT.no;
  if (printsJson(options)) printJson(differences);
  else if (differences.length === 0) printText(`all ${names.length} as expected`);
  else
    printText(
      tableOf(
        ['object', 'expected', 'found'],
        differences.map((one) => [one.object, shown(one.expected), shown(one.found)]),
      ),
    );
}
