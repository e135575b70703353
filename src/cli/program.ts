/** The command `os-vif`: its verbs and its exit code. */

import { Command, CommanderError } from 'commander';
import { messageOf } from '../text/message-of.ts';
import { EXIT, reportError } from './output/exit.ts';
import { surviveClosedOutput } from './output/output.ts';
import { guardOutput } from './output/safe-output.ts';
import { addAdopt } from './verbs/adopt.ts';
import { addBackport } from './verbs/backport.ts';
import { addCheck } from './verbs/check.ts';
import { addCompletion } from './verbs/completion.ts';
import { addConvert } from './verbs/convert.ts';
import { addDoctor } from './verbs/doctor.ts';
import { addFingerprints } from './verbs/fingerprints.ts';
import { addGc } from './verbs/gc.ts';
import { addGraph } from './verbs/graph.ts';
import { addHelper } from './verbs/helper.ts';
import { addHostInfo } from './verbs/host-info.ts';
import { addPlan } from './verbs/plan.ts';
import { addPlug } from './verbs/plug.ts';
import { addSchema } from './verbs/schema.ts';
import { addShow } from './verbs/show.ts';
import { addUnplug } from './verbs/unplug.ts';
import { addValidate } from './verbs/validate.ts';
import { addXml } from './verbs/xml.ts';
import { packageVersion } from './version.ts';

/** In the order of the help. */
const VERBS = [
  addValidate,
  addShow,
  addConvert,
  addBackport,
  addXml,
  addGraph,
  addPlan,
  addPlug,
  addCheck,
  addUnplug,
  addAdopt,
  addGc,
  addHostInfo,
  addHelper,
  addDoctor,
  addSchema,
  addFingerprints,
  addCompletion,
];

/** Runs the command and sets the exit code of the process: see `EXIT`. */
export async function run(argv: readonly string[]): Promise<void> {
  guardOutput();
  surviveClosedOutput();
  process.on('uncaughtException', (error) => process.exit(reportError(error, { debug: true })));
  try {
    await makeProgram().parseAsync(argv);
  } catch (error) {
    if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? EXIT.yes : EXIT.usage;
    else {
      const { inWordsOfCommand } = await import('./output/words.ts');
      process.exitCode = reportError(error, { text: inWordsOfCommand(messageOf(error)) });
    }
  }
}

function makeProgram(): Command {
  const program = new Command('os-vif')
    .description('Describe virtual network interfaces (VIFs) as OpenStack os-vif does, and plug them into this host.')
    .version(packageVersion())
    .helpCommand('help [verb]', 'describe a verb, with examples')
    .configureHelp({ subcommandTerm: (verb) => verb.name() })
    .configureOutput({ outputError: (text, write) => write(`os-vif: ${text.replace(/^error: /, '')}`) })
    .showHelpAfterError('(see os-vif --help)')
    .exitOverride()
    .addHelpText('after', AFTERWORD);
  for (const add of VERBS) add(program);
  return program;
}

const AFTERWORD = `
A file contains one VIF or an array of VIFs, in JSON or YAML, in the wire form or the plain form. Without a file, or
with -, the command reads standard input. It prints a table on a terminal, and JSON elsewhere or with --json.

Exit codes: 0 success; 1 a failure, or a check that found problems; 2 wrong arguments or wrong input.`;
