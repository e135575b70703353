/** `os-vif completion`: what a shell needs to complete the command's words. */

import type { RootCommand } from '@bomb.sh/tab';
import { Argument, type Command } from 'commander';
import { addVerb } from '../verb.ts';

const SHELLS = ['bash', 'zsh', 'fish', 'powershell'];

export function addCompletion(program: Command): void {
  addVerb(program, {
    name: 'completion',
    summary: 'print a script that completes the words of this command',
    more: 'For bash: os-vif completion bash > /etc/bash_completion.d/os-vif',
    examples: ['completion bash', 'completion zsh'],
  })
    .addArgument(new Argument('<shell>', 'which shell').choices(SHELLS))
    .action(async (shell: string) => (await describedFor(program)).setup('os-vif', 'os-vif', shell));
  // What that script calls: `os-vif complete -- <words so far>`.
  program
    .command('complete', { hidden: true })
    .argument('[words...]')
    .action(async (words: string[]) => (await describedFor(program)).parse(words));
}

async function describedFor(program: Command): Promise<RootCommand> {
  const { describeForShell } = await import('../shell-words.ts');
  return describeForShell(program);
}
