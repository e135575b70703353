/** `os-vif completion`: prints completion scripts for shells. */

import type { RootCommand } from '@bomb.sh/tab';
import { Argument, type Command } from 'commander';
import { printText } from '../output/output.ts';
import { addVerb } from '../verb.ts';

const SHELLS = ['bash', 'zsh', 'fish', 'powershell'];

/** Adds the verb `completion` to the command. */
export function addCompletion(program: Command): void {
  addVerb(program, {
    name: 'completion',
    summary: 'print the completion script of this command for a shell',
    more: ['For bash: os-vif completion bash > /etc/bash_completion.d/os-vif'],
    printsData: false,
    examples: ['completion bash', 'completion zsh'],
  })
    .addArgument(new Argument('<shell>', 'which shell').choices(SHELLS))
    .action(printScript);
  // The script calls `os-vif complete -- <words so far>`.
  program
    .command('complete', { hidden: true })
    .argument('[words...]')
    .action(async (words: string[]) => (await describedFor(program, words[0])).parse(words));

  async function printScript(shell: string): Promise<void> {
    if (shell === 'bash') return printText((await import('../bash-script.ts')).BASH_SCRIPT);
    (await describedFor(program)).setup('os-vif', 'os-vif', shell);
  }
}

/** @param verb the verb whose values from other modules, such as names of objects, are included */
async function describedFor(program: Command, verb = ''): Promise<RootCommand> {
  const { describeForShell } = await import('../shell-words.ts');
  return describeForShell(program, (await WORDS[verb]?.()) ?? {});
}

/** For each verb: the possible values of arguments and options, by name. */
const WORDS: Readonly<Record<string, () => Promise<Readonly<Record<string, readonly string[]>>>>> = {
  schema: async () => {
    const { everyObject, OTHER_SCHEMAS } = await import('../every-object.ts');
    return { object: [...everyObject().map(({ name }) => name), ...Object.keys(OTHER_SCHEMAS)] };
  },
  doctor: async () => ({ need: (await import('../doctor/findings.ts')).FINDING_NAMES }),
};
