/** `os-vif validate`: prints the violations of objects, ports, bindings and entries of network_info. */

import type { Command } from 'commander';
import type { Violation } from '../../versioned/validation/validate.ts';
import { type Document, readDocuments } from '../input/documents.ts';
import { itemsOf } from '../input/payloads.ts';
import { EXIT } from '../output/exit.ts';
import { colored, printJson, printsJson, printText, shown } from '../output/output.ts';
import { addVerb, type CommonOptions, FILES } from '../verb.ts';

/** Adds the verb `validate` to the command. */
export function addValidate(program: Command): void {
  addVerb(program, {
    name: 'validate',
    summary: 'print the violations of VIFs and other objects, or of documents of Neutron and nova',
    more:
      'Exits with 1 if there is a violation. The keys of a document determine its type: wire form, plain form, port,\n' +
      'bindings of a port, or an entry of network_info. Names of openstacksdk, such as binding_vif_type, are accepted.',
    examples: ['validate vif.json', 'validate vifs.yaml port.json --json'],
  })
    .argument(FILES, 'objects, ports, bindings or entries, in JSON or YAML; - for standard input (default: -)')
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
  const verdicts: Verdict[] = [];
  for (const document of documents) verdicts.push(await verdictOn(document));
  if (verdicts.some(({ valid }) => !valid)) process.exitCode = EXIT.no;
  if (printsJson(options)) printJson(isList ? verdicts : verdicts[0]);
  else for (const verdict of verdicts) printText(lines(verdict));
}

async function verdictOn({ where, value }: Document): Promise<Verdict> {
  const { examine } = await import('../input/examine.ts');
  const { object, violations } = await examine(value);
  return { where, valid: violations.length === 0, object, violations };
}

function lines({ where, valid, object, violations }: Verdict): string {
  const mark = valid ? colored('green', 'valid') : colored('red', 'wrong');
  const details = violations.map(
    ({ path, message }) => `       ${path === '' ? '' : `${shown(path)}: `}${shown(message)}\n`,
  );
  return `${mark}  ${shown(where)}: ${shown(object)}\n${details.join('')}`;
}
