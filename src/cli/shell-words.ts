/** Describes the words of this command to @bomb.sh/tab, which completes them in shells. */

import { RootCommand, ShellCompDirective } from '@bomb.sh/tab';
import type { Command, Option } from 'commander';

/**
 * The verbs, their options, and the possible values of options and arguments.
 * Without a possible value, the shell offers files.
 *
 * @param known the possible values of arguments and options, by name, for those without choices in commander
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

/** Lets the shell offer files if there is no word. tab 0.0 always sets the directive that offers no files. */
function offerFilesToo(root: RootCommand): void {
  Object.defineProperty(root, 'directive', {
    get: () =>
      root.completions.length > 0
        ? ShellCompDirective.ShellCompDirectiveNoFileComp
        : ShellCompDirective.ShellCompDirectiveDefault,
    set: () => {},
  });
}
