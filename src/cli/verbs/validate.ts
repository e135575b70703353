/** `os-vif validate`: prints the violations of objects, ports, bindings and entries of network_info. */

import type { Command } from 'commander';
import type { Violation } from '../../versioned/validation/validate.ts';
import { type Document, readDocuments } from '../input/documents.ts';
import { itemsOf } from '../input/payloads.ts';
import { EXIT, raiseExitCode } from '../output/exit.ts';
import { colored, hanging, printsJson, printText, shown } from '../output/output.ts';
import { resultOf } from '../results.ts';
import { addVerb, type CommonOptions, configOption, FILES } from '../verb.ts';

/** Adds the verb `validate` to the command. */
export function addValidate(program: Command): void {
  addVerb(program, {
    name: 'validate',
    summary: 'print the violations of VIFs and other objects, or of documents of Neutron and nova',
    more: [
      'Exits with 1 if there is a violation. The keys of a document determine its type: wire form, plain form, port, ' +
        'bindings of a port, or an entry of network_info. Names of openstacksdk, such as binding_vif_type, are accepted.',
    ],
    examples: ['validate vif.json', 'validate vifs.yaml port.json --json'],
  })
    .argument(FILES, 'objects, ports, bindings or entries, in JSON or YAML; - for standard input (default: -)')
    .addOption(configOption())
    .action(validateFiles);
}

/** The result for one object. */
interface Verdict {
  readonly where: string;
  readonly valid: boolean;
  /** The type: `VIFBridge 1.0`, `VIFBridge`, `port`, `bindings`, `network_info entry`. */
  readonly object: string;
  readonly violations: readonly Violation[];
}

async function validateFiles(files: string[], options: CommonOptions): Promise<void> {
  const { documents, isList } = itemsOf(await readDocuments(files));
  const { printResults, reportFailures } = await import('../output/failures.ts');
  const results = await Promise.all(
    documents.map((document) => resultOf({ ...document, id: undefined }, () => verdictOn(document))),
  );
  const verdicts = reportFailures({ results, isList });
  if (verdicts.some(({ valid }) => !valid)) raiseExitCode(EXIT.no);
  if (printsJson(options)) printResults({ results, isList }, (verdict) => verdict);
  else for (const verdict of verdicts) printText(lines(verdict));
}

async function verdictOn({ where, value, error }: Document): Promise<Verdict> {
  if (error !== undefined) throw error;
  const { examine } = await import('../input/examine.ts');
  const { inWordsOfCommand } = await import('../output/words.ts');
  const { object, violations } = await examine(value);
  const told = violations.map((its) => ({ path: its.path, message: inWordsOfCommand(its.message, its) }));
  return { where, valid: told.length === 0, object, violations: told };
}

/** Violations stand below the place of the object. */
const INDENT = '       ';

function lines({ where, valid, object, violations }: Verdict): string {
  const mark = valid ? colored('green', 'valid') : colored('red', 'wrong');
  const details = violations.map(
    ({ path, message }) =>
      `${INDENT}${hanging(`${path === '' ? '' : `${shown(path)}: `}${shown(message)}`, INDENT.length)}\n`,
  );
  return `${mark}  ${shown(where)}: ${shown(object)}\n${details.join('')}`;
}
