/** `os-vif doctor`: examines the requirements of plugging on this host. */

import type { Command } from 'commander';
import { UsageError } from '../../errors/command.ts';
import type { Finding } from '../doctor/finding.ts';
import { EXIT } from '../output/exit.ts';
import { type Color, colored, hanging, printJson, printsJson, printText, shown } from '../output/output.ts';
import { addVerb, type CommonOptions, configOption } from '../verb.ts';

/** Adds the verb `doctor` to the command. */
export function addDoctor(program: Command): void {
  addVerb(program, {
    name: 'doctor',
    summary: 'examine what this host supports, and give advice for missing features',
    more: [
      'Tries kernel features in a temporary network namespace. Exits with 1 if a needed feature is missing.',
      'With --vepa, creates two macvtap devices on the uplink, sends one broadcast frame, and removes the devices.',
    ],
    examples: ['doctor', 'doctor --json', 'doctor --need tap bridge', 'doctor --vepa eth0'],
  })
    .option('--ovsdb <connection>', "Open vSwitch's database: unix:/path, tcp:host:port or ssl:host:port")
    .addOption(configOption())
    .option('--vepa <uplink>', 'probe whether the switch next to this device sends frames back, and need that it does')
    .option('--need <features...>', 'needed features, by their names in the output (default: linux, koffi, net-admin)')
    .addOption(program.createOption('--try-kernel <namespace>', 'internal').hideHelp())
    .action(diagnose);
}

interface DoctorOptions extends CommonOptions {
  readonly ovsdb?: string;
  readonly config?: string;
  readonly vepa?: string;
  readonly need?: readonly string[];
  readonly tryKernel?: string;
}

const NEEDED = ['linux', 'koffi', 'net-admin'];

async function diagnose(options: DoctorOptions): Promise<void> {
  if (options.tryKernel !== undefined) {
    const { tryKernel } = await import('../doctor/try-kernel.ts');
    return printJson(await tryKernel(options.tryKernel));
  }
  const { examineHost } = await import('../doctor/findings.ts');
  const { interruptible } = await import('../interruption.ts');
  const findings = await interruptible({}, (signal) => examineHost({ ...options, signal }));
  const needed = [...(options.need ?? NEEDED), ...(options.vepa === undefined ? [] : ['reflective-relay'])];
  const unknown = needed.filter((name) => !findings.some((finding) => finding.name === name));
  if (unknown.length > 0) {
    throw new UsageError(
      `--need: unknown feature ${unknown.join(', ')}; expected any of ${findings.map(({ name }) => name).join(', ')}`,
    );
  }
  if (findings.some(({ name, state }) => needed.includes(name) && state !== 'yes')) process.exitCode = EXIT.no;
  if (printsJson(options)) printJson(findings);
  else for (const finding of findings) printText(line(finding));
}

const MARKS: Readonly<Record<Finding['state'], { readonly mark: string; readonly color: Color }>> = {
  yes: { mark: 'yes', color: 'green' },
  no: { mark: 'no ', color: 'red' },
  unknown: { mark: '?  ', color: 'yellow' },
};

/** The column of the texts. */
const INDENT = 22;

function line({ name, state, what, advice }: Finding): string {
  const { mark, color } = MARKS[state];
  const below = (text: string): string => hanging(text, INDENT);
  const doing = advice === undefined ? '' : `${' '.repeat(INDENT)}${colored('dim', below(shown(advice)))}\n`;
  return `${colored(color, mark)}  ${name.padEnd(16)} ${below(shown(what))}\n${doing}`;
}
