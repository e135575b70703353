/** The man pages of the command, from its help: one page for the command, and one for each verb. */
import type { Argument, Command, Help, Option } from 'commander';
import { AFTERWORD, descriptionOf } from '../../src/cli/help.ts';
import { makeProgram } from '../../src/cli/program.ts';
import { packageVersion } from '../../src/cli/version.ts';

/** The text of each page, by the name of its file: `os-vif-plug.1`. */
export function manPages(): Map<string, string> {
  const program = makeProgram();
  const help = program.createHelp();
  const verbs = help.visibleCommands(program).filter((verb) => verb.name() !== 'help');
  return new Map([
    ['os-vif.1', commandPage(program, help, verbs)],
    ...verbs.map((verb) => [`${pageOf(verb)}.1`, verbPage(verb, help)] as const),
  ]);
}

const pageOf = (verb: Command) => `os-vif-${verb.name()}`;

function commandPage(program: Command, help: Help, verbs: readonly Command[]): string {
  return page('os-vif', 'describe virtual network interfaces (VIFs), and plug them into this host', [
    section('SYNOPSIS', [`${bold('os-vif')} ${italic('verb')} [${italic('options')}] [${italic('file')}...]`]),
    section('DESCRIPTION', paragraphs([program.description(), AFTERWORD[0] ?? ''])),
    section(
      'VERBS',
      verbs.flatMap((verb) => item(`${bold(pageOf(verb))}(1)`, help.subcommandDescription(verb))),
    ),
    section('OPTIONS', optionsOf(program, help)),
    ...sharedSections(),
    section('SEE ALSO', [verbs.map((verb) => `${bold(pageOf(verb))}(1)`).join(',\n')]),
  ]);
}

function verbPage(verb: Command, help: Help): string {
  const args = help.visibleArguments(verb);
  const usage = args.map((argument) => {
    const name = `${italic(argument.name())}${argument.variadic ? '...' : ''}`;
    return argument.required ? name : `[${name}]`;
  });
  return page(pageOf(verb), verb.summary(), [
    section('SYNOPSIS', [[bold(`os-vif ${verb.name()}`), `[${italic('options')}]`, ...usage].join(' ')]),
    section('DESCRIPTION', paragraphs(verb.description().split('\n\n'))),
    section(
      'ARGUMENTS',
      args.flatMap((argument) => item(italic(argument.name()), descriptionOf(argument))),
    ),
    section('OPTIONS', optionsOf(verb, help)),
    section('EXAMPLES', examplesOf(verb)),
    ...sharedSections(),
    section('SEE ALSO', [`${bold('os-vif')}(1)`]),
  ]);
}

/** What the page of the command and those of all verbs say. */
function sharedSections(): string[] {
  return [
    section(
      'EXIT STATUS',
      EXIT_CODES.flatMap(([code, meaning]) => item(bold(code), meaning)),
    ),
    section(
      'ENVIRONMENT',
      ENVIRONMENT.flatMap(([name, meaning]) => item(bold(name), meaning)),
    ),
    section(
      'FILES',
      item(italic('/etc/os-vif/config.yaml'), 'The configuration, if --config and OS_VIF_CONFIG name none.'),
    ),
  ];
}

const EXIT_CODES = [
  ['0', 'Success.'],
  ['1', 'A failure, or a check that found problems.'],
  ['2', 'Wrong arguments or wrong input.'],
  ['130, 143', 'The command was ended by SIGINT or SIGTERM.'],
] as const;

const ENVIRONMENT = [
  ['OS_VIF_CONFIG', 'The file with the configuration. If it is empty, the command uses no configuration.'],
  ['NO_COLOR', 'If it is set, the output has no colours.'],
  ['NODE_DEBUG', 'With the value os-vif, the command writes a line for each operation to standard error.'],
] as const;

/** The options, in the groups of the help. */
function optionsOf(command: Command, help: Help): string[] {
  const options = help.visibleOptions(command);
  const groups = help.groupItems(
    [...command.options],
    options,
    (option: Option) => option.helpGroupHeading ?? 'Options:',
  );
  const rows = (group: readonly (Option | Argument)[]) =>
    group.flatMap((option) => ('flags' in option ? item(bold(help.optionTerm(option)), descriptionOf(option)) : []));
  return [...groups].flatMap(([heading, group]) =>
    heading === 'Options:' ? rows(group) : [`.SS ${escaped(heading.replace(/:$/, ''))}`, ...rows(group)],
  );
}

/** The command lines at the end of the help of a verb. */
function examplesOf(verb: Command): string[] {
  let text = '';
  verb.configureOutput({ writeOut: (part) => (text += part) });
  verb.outputHelp();
  const lines = [...text.matchAll(/^ {2}\$ (.*)$/gm)].map(([, line = '']) => escaped(line));
  return ['.EX', ...lines, '.EE'];
}

function page(name: string, summary: string, sections: readonly string[]): string {
  const head = `.TH ${escaped(name.toUpperCase())} 1 "" "os-vif ${packageVersion()}" "os-vif"`;
  const all = [head, section('NAME', [`${escaped(name)} \\- ${escaped(summary)}`]), ...sections];
  return `${all.filter((part) => part !== '').join('\n')}\n`;
}

/** Empty if the section has no lines. */
function section(title: string, lines: readonly string[]): string {
  return lines.length === 0 ? '' : [`.SH ${title}`, ...lines].join('\n');
}

function paragraphs(texts: readonly string[]): string[] {
  return texts.flatMap((text, i) => (i === 0 ? [escaped(text)] : ['.PP', escaped(text)]));
}

function item(term: string, text: string): string[] {
  return ['.TP', term, escaped(text)];
}

const bold = (text: string) => `\\fB${escaped(text)}\\fR`;
const italic = (text: string) => `\\fI${escaped(text)}\\fR`;

/** Characters that roff would take as commands, or print as other characters (groff_char(7)). */
const ESCAPES: Readonly<Record<string, string>> = {
  '\\': '\\e',
  '-': '\\-',
  '`': '\\(ga',
  "'": '\\(aq',
  '^': '\\(ha',
  '~': '\\(ti',
  '"': '\\(dq',
};

function escaped(text: string): string {
  const written = text
    .replaceAll(/\s+/g, ' ')
    .trim()
    .replaceAll(/[\\\-`'^~"]/g, (char) => ESCAPES[char] ?? char)
    .replaceAll(
      /[^\u0020-\u007e]/gu,
      (char) => `\\[u${char.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0')}]`,
    );
  // A line that begins with a dot would be a request.
  return written.startsWith('.') ? `\\&${written}` : written;
}
