/** The words of this command, for shells to complete: told to @bomb.sh/tab, which knows the shells. */

import { RootCommand, ShellCompDirective } from '@bomb.sh/tab';
import type { Command, Option } from 'commander';

/**
 * The verbs, their options and the words that these may be. Where there is no word to offer, the shell offers files.
 *
 * @param known the words that arguments and options may be, by name, where commander has no choices for them
 */
export function describeForShell(program: Command, known: Readonly<Record<string, readonly string[]>>): RootCommand {
  const root = new RootCommand();
  offerFilesToo(root);
  for (const verb of program.createHelp().visibleCommands(program)) {
    const described = root.command(verb.name(), verb.summary());
    for (const option of verb.options) {
      const { long, description } = option;
      const name = long?.replace(/^--/, '');
      if (name === undefined || option.hidden) continue;
      if (takesValue(option))
        described.option(name, description, (offer) => offerAll(option.argChoices ?? known[name], offer));
      else described.option(name, description);
    }
    for (const argument of verb.registeredArguments) {
      described.argument(
        argument.name(),
        (offer) => offerAll(argument.argChoices ?? known[argument.name()], offer),
        argument.variadic,
      );
    }
  }
  return root;
}

function takesValue({ required, optional }: Option): boolean {
  return required || optional;
}

function offerAll(words: readonly string[] | undefined, offer: (word: string, description: string) => void): void {
  for (const word of words ?? []) offer(word, '');
}

/** tab 0.0 tells the shell in every case to offer no files. */
function offerFilesToo(root: RootCommand): void {
  Object.defineProperty(root, 'directive', {
    get: () =>
      root.completions.length > 0
        ? ShellCompDirective.ShellCompDirectiveNoFileComp
        : ShellCompDirective.ShellCompDirectiveDefault,
    set: () => {},
  });
}
