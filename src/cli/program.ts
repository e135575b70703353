/** The command `os-vif`: its verbs and its exit code. */

import { Command, CommanderError } from 'commander';
import { messageOf } from '../text/message-of.ts';
import { addHelp, addHelpVerb, GROUPS } from './help.ts';
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
import { addLs } from './verbs/ls.ts';
import { addPlan } from './verbs/plan.ts';
import { addPlug } from './verbs/plug.ts';
import { addSchema } from './verbs/schema.ts';
import { addShow } from './verbs/show.ts';
import { addUnplug } from './verbs/unplug.ts';
import { addValidate } from './verbs/validate.ts';
import { addWatch } from './verbs/watch.ts';
import { addXml } from './verbs/xml.ts';
import { packageVersion } from './version.ts';

/** The verbs by their headings, in the order of the help. */
const VERBS: Readonly<Record<string, readonly ((program: Command) => void)[]>> = {
  'VIFs and their forms:': [addValidate, addShow, addConvert, addBackport, addXml, addGraph],
  'Plugging:': [addPlan, addPlug, addCheck, addWatch, addUnplug, addAdopt, addGc],
  'This host:': [addLs, addHostInfo, addHelper, addDoctor],
  'Schemas and shells:': [addSchema, addFingerprints, addCompletion, addHelpVerb],
};

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
      process.exitCode = reportError(error, { text: inWordsOfCommand(messageOf(error), error) });
    }
  }
}

/** Declares the objects that the configuration names, for each verb with the option --config. */
async function declareOwnObjects(_: Command, verb: Command): Promise<void> {
  if (!verb.options.some(({ long }) => long === '--config')) return;
  const { declareObjects } = await import('./own-objects.ts');
  const { config } = verb.opts<{ readonly config?: string }>();
  await declareObjects(config);
}

/** The command with all its verbs. */
export function makeProgram(): Command {
  const program = new Command('os-vif')
    .description('Describe virtual network interfaces (VIFs) as OpenStack os-vif does, and plug them into this host.')
    .optionsGroup(GROUPS.general)
    .version(packageVersion(), '-V, --version', 'print the version')
    .configureOutput({ outputError: (text, write) => write(`os-vif: ${text.replace(/^error: /, '')}`) })
    .showHelpAfterError('(see os-vif --help)')
    .exitOverride()
    .hook('preAction', declareOwnObjects);
  addHelp(program);
  for (const [heading, verbs] of Object.entries(VERBS)) {
    program.commandsGroup(heading);
    for (const add of verbs) add(program);
  }
  return program;
}
