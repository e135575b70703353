/** What all verbs share: how one is declared, and the options that several of them have. */

import { type Command, InvalidArgumentError } from 'commander';
import type { OutputOptions } from './output/output.ts';

/** What the help says of a verb. */
export interface VerbText {
  readonly name: string;
  /** One line. */
  readonly summary: string;
  /** What one line cannot say. */
  readonly more?: string;
  /** Command lines without `os-vif`; each is run by a test, on files like those of docs/command.md. */
  readonly examples: readonly string[];
}

export interface CommonOptions extends OutputOptions {
  readonly debug?: boolean;
}

/** A verb with the options that all of them have. */
export function addVerb(program: Command, { name, summary, more, examples }: VerbText): Command {
  return program
    .command(name)
    .summary(summary)
    .description([`${summary[0]?.toUpperCase()}${summary.slice(1)}.`, ...(more === undefined ? [] : [more])].join('\n'))
    .option('--json', 'print JSON, on a terminal too')
    .option('--debug', 'with an error, print its stack')
    .addHelpText('after', `\nExamples:\n${examples.map((example) => `  $ os-vif ${example}`).join('\n')}`);
}

export const FILES = '[file...]';
export const FILES_HELP = 'VIFs, in JSON or YAML; - for standard input (default: -)';

/** Which host is worked on, and how. */
export interface HostOptions {
  readonly netns?: string;
  readonly ovsdb?: string;
  readonly config?: string;
  readonly memory?: boolean;
  /** Seconds. */
  readonly timeout?: number;
}

export function addHostOptions(verb: Command): Command {
  return verb
    .option('--netns <name>', 'network namespace: a name of `ip netns`, or a path such as /proc/1234/ns/net')
    .option('--ovsdb <connection>', "Open vSwitch's database: unix:/path, tcp:host:port or ssl:host:port")
    .option('--config <file>', 'plugins and their options, and the host, in JSON or YAML')
    .option('--memory', 'an empty host in memory in place of this one: needs no privileges')
    .option('--timeout <seconds>', 'give up after so long; 0: never (default: 60)', seconds);
}

/** Whose VIFs they are, where the file doesn't say. */
export interface InstanceOptions {
  readonly instance?: string;
  readonly instanceUuid?: string;
  readonly instanceName?: string;
}

function addInstanceOptions(verb: Command): Command {
  return verb
    .option('--instance <file>', 'the guest (InstanceInfo); a VIF that comes as {vif, instance} brings its own')
    .option('--instance-uuid <uuid>', "the guest's UUID, which Open vSwitch is told")
    .option('--instance-name <name>', "the guest's name");
}

/** Of verbs that work on VIFs and a host. */
export type WiringOptions = CommonOptions & HostOptions & InstanceOptions;

/** A verb that works on VIFs and a host. */
export function addWiringVerb(program: Command, text: VerbText): Command {
  return addHostOptions(addInstanceOptions(addVerb(program, text).argument(FILES, FILES_HELP)));
}

/** Reads a number of seconds. */
function seconds(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= 0 && value <= LONGEST)) {
    throw new InvalidArgumentError(`Expected seconds, from 0 to ${LONGEST}.`);
  }
  return value;
}

/** What a timer of Node can wait for. */
const LONGEST = 2_147_483;

/** Reads a whole number. */
export function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('Expected a whole number.');
  return Number(text);
}
