/** The options that the help and the man page of a verb describe, such as `--virt-type <type>`. */

/** The verbs in the help of the command. `help` has no page. */
export function verbsIn(help: string): string[] {
  return [...help.matchAll(/^ {2}([a-z][\w-]*) /gm)].map(([, verb = '']) => verb).filter((verb) => verb !== 'help');
}

/** The options in the help of a verb. */
export function optionsInHelp(help: string): string[] {
  return [...help.matchAll(/^ {2}(-.*?)(?: {2,}|$)/gm)].map(([, option = '']) => option).sort();
}

/** The options in the man page of a verb: the bold terms that begin with a minus sign. */
export function optionsInPage(page: string): string[] {
  const terms = [...page.matchAll(/^\.TP\n\\fB(\\-.*)\\fR$/gm)].map(([, term = '']) => term);
  return terms.map((term) => term.replaceAll('\\-', '-')).sort();
}
