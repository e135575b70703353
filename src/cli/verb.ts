/** Declares verbs, and the options that several verbs have. */

import { type Command, InvalidArgumentError, Option } from 'commander';
import { GROUPS } from './help.ts';
import type { OutputOptions } from './output/output.ts';

/** The help of a verb. */
export interface VerbText {
  readonly name: string;
  /** One line. */
  readonly summary: string;
  /** Further paragraphs. */
  readonly more?: readonly string[];
  /** Command lines without `os-vif`. A test runs each of them, with files as in docs/command.md. */
  readonly examples: readonly string[];
  /** Whether the verb has the option --json. Default: true. */
  readonly printsData?: boolean;
}

/** The options of every verb. */
export interface CommonOptions extends OutputOptions {
  readonly debug?: boolean;
}

/** Declares a verb with the common options. */
export function addVerb(
  program: Command,
  { name, summary, more = [], examples, printsData = true }: VerbText,
): Command {
  const verb = program
    .command(name)
    .summary(summary)
    .description([`${summary[0]?.toUpperCase()}${summary.slice(1)}.`, ...more].join('\n\n'))
    .showHelpAfterError(`(see os-vif ${name} --help)`);
  if (printsData) verb.addOption(new Option('--json', 'print JSON, also on a terminal').helpGroup(GROUPS.general));
  return verb
    .addOption(new Option('--debug', 'print the stack of an error').helpGroup(GROUPS.general))
    .addHelpText('after', `\nExamples:\n${examples.map((example) => `  $ os-vif ${example}`).join('\n')}`);
}

/** The argument of verbs that read files. */
export const FILES = '[file...]';
/** The help of the argument of verbs that read VIFs. */
export const FILES_HELP = 'VIFs, in JSON or YAML; - for standard input (default: -)';

/** The options that select the host. */
export interface HostOptions {
  readonly netns?: string;
  readonly ovsdb?: string;
  readonly config?: string;
  readonly memory?: boolean;
  /** Milliseconds. */
  readonly timeout?: number;
}

/** The option that names the configuration file. */
export function configOption(): Option {
  return new Option(
    '--config <file>',
    'the host, plugins with their options, and own objects, in JSON or YAML (default: OS_VIF_CONFIG, or ' +
      '/etc/os-vif/config.yaml if it exists)',
  );
}

/** Adds the options that select the host. */
export function addHostOptions(verb: Command): Command {
  return verb
    .optionsGroup(GROUPS.host)
    .option('--netns <name>', 'network namespace: a name of `ip netns`, or a path such as /proc/1234/ns/net')
    .option('--ovsdb <connection>', "Open vSwitch's database: unix:/path, tcp:host:port or ssl:host:port")
    .addOption(configOption())
    .option('--memory', 'use an empty in-memory host instead of this host; needs no privileges')
    .option('--timeout <seconds>', 'timeout of each VIF; 0: no limit (default: 60)', seconds)
    .optionsGroup('Options:');
}

/** The guest of VIFs that come without an instance. */
export interface InstanceOptions {
  readonly instance?: string;
  readonly instanceUuid?: string;
  readonly instanceName?: string;
}

function addInstanceOptions(verb: Command): Command {
  return verb
    .optionsGroup(GROUPS.guest)
    .option('--instance <file>', 'the guest (InstanceInfo) of VIFs that do not come as {vif, instance}')
    .option('--instance-uuid <uuid>', 'the UUID of the guest, for Open vSwitch')
    .option('--instance-name <name>', 'the name of the guest')
    .optionsGroup('Options:');
}

/** The options of verbs that work on VIFs and a host. */
export type WiringOptions = CommonOptions & HostOptions & InstanceOptions;

/** Declares a verb that works on VIFs and a host. */
export function addWiringVerb(program: Command, text: VerbText): Command {
  return addHostOptions(addInstanceOptions(addVerb(program, text).argument(FILES, FILES_HELP)));
}

/** Parses a number of seconds, and returns milliseconds. A part of a millisecond counts as a whole one. */
export function seconds(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= 0 && value <= LONGEST)) {
    throw new InvalidArgumentError(`Expected seconds, from 0 to ${LONGEST}.`);
  }
  // 1.001 * 1000 is less than 1001.
  return value > 0 ? Math.max(1, Math.round(value * 1000)) : 0;
}

/** The largest timeout of Node's timers, in seconds. */
const LONGEST = 2_147_483;

/** Returns a parser of whole numbers from `least` to `most`. */
export function wholeNumber(least: number, most = Number.POSITIVE_INFINITY): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d{1,9}$/.test(text) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(
      `Expected a whole number ${most === Number.POSITIVE_INFINITY ? `of at least ${least}` : `from ${least} to ${most}`}.`,
    );
  };
}
