/** The help of the command: options in groups, all text wrapped at the width of the terminal. */

import { type Argument, type Command, Help, type Option } from 'commander';
import { UsageError } from '../errors/command.ts';
import { didYouMean } from '../text/nearest.ts';
import { printable } from '../text/printable.ts';

/** The headings of options, in the order of the help. Options without a heading come first. */
export const GROUPS = { guest: 'The guest:', host: 'The host:', general: 'General:' } as const;

/** Adds the help to the command, before its verbs. */
export function addHelp(program: Command): void {
  program
    .configureHelp({
      subcommandTerm: (verb) => verb.name(),
      optionDescription: descriptionOf,
      argumentDescription: descriptionOf,
      groupItems: inOrder,
    })
    .addHelpOption(program.createOption('-h, --help', 'print this help').helpGroup(GROUPS.general))
    .helpCommand(false)
    .addHelpText('after', () => `\n${wrapped(AFTERWORD.join('\n\n'))}`);
}

/** Adds the verb `help`. */
export function addHelpVerb(program: Command): void {
  program
    .command('help')
    .summary('describe a verb, with examples')
    .argument('[verb]', 'default: list the verbs')
    .action((name?: string) => {
      if (name === undefined) return program.outputHelp();
      const verbs = program.createHelp().visibleCommands(program);
      const found = verbs.find((verb) => verb.name() === name);
      if (found !== undefined) return found.outputHelp();
      const names = verbs.map((verb) => verb.name());
      throw new UsageError(
        `no verb is named ${printable(name)}${didYouMean(name, names) || ':'} os-vif --help lists all`,
      );
    });
}

/** The last paragraphs of the help. */
export const AFTERWORD = [
  'A file contains one VIF or an array of VIFs, in JSON or YAML, in the wire form or the plain form, or ports of ' +
    'Neutron. Without a file, or with -, the command reads standard input. It prints a table on a terminal, and JSON ' +
    'elsewhere or with --json.',
  'Exit codes: 0 success; 1 a failure, or a check that found problems; 2 wrong arguments or wrong input; 130 and 143 ' +
    'ended by SIGINT or SIGTERM.',
];

/**
 * The description of an option or argument, with its possible values. The description tells the
 * default, unless it is one of them.
 */
export function descriptionOf({ description, argChoices, defaultValue }: Option | Argument): string {
  if (argChoices === undefined) return description;
  const standard = typeof defaultValue === 'string' ? ` (default: ${defaultValue})` : '';
  return `${description}: ${argChoices.join(', ')}${standard}`;
}

/** As in commander, but the groups of options have the order of GROUPS. */
function inOrder<T extends Command | Option>(
  unsorted: T[],
  visible: T[],
  groupOf: (item: T) => string,
): Map<string, T[]> {
  const groups = Help.prototype.groupItems(unsorted, visible, groupOf);
  const order: readonly string[] = Object.values(GROUPS);
  return new Map([...groups].sort(([a], [b]) => order.indexOf(a) - order.indexOf(b)));
}

/** The text in lines that fit into the terminal. */
function wrapped(text: string): string {
  return new Help().boxWrap(text, process.stdout.columns || 80);
}
