/** `os-vif check`: where the host differs from what plug makes. */

import type { Command } from 'commander';
import type { Attachment } from '../../os-vif.ts';
import type { ElementDrift } from '../../wiring/check.ts';
import { EXIT } from '../exit.ts';
import { colored, printJson, printsJson, printText, shown } from '../output.ts';
import { type Cell, tableOf } from '../table.ts';
import {
  addHostOptions,
  addInstanceOptions,
  addVerb,
  type CommonOptions,
  FILES,
  FILES_HELP,
  type HostOptions,
  type InstanceOptions,
} from '../verb.ts';

export function addCheck(program: Command): void {
  const verb = addVerb(program, {
    name: 'check',
    summary: 'tell where the host differs from what a plug makes',
    more: 'Exits 1 when it differs anywhere. Changes nothing.',
    examples: ['check vif.json', 'check vifs.yaml --json'],
  }).argument(FILES, FILES_HELP);
  addHostOptions(addInstanceOptions(verb)).action(checkFiles);
}

interface Report {
  readonly id: string | undefined;
  readonly drifts: readonly ElementDrift[];
}

async function checkFiles(files: string[], options: CommonOptions & HostOptions & InstanceOptions): Promise<void> {
  const { readAttachments } = await import('../attachments.ts');
  const { withOsVif } = await import('../session.ts');
  const { attachments, isList } = await readAttachments(files, options);
  const reports = await withOsVif(options, async ({ osVif, call }) => {
    const reports: Report[] = [];
    for (const { vif, instance } of attachments) {
      reports.push({ id: vif.id, drifts: await osVif.check(vif, instance, call) });
    }
    return reports;
  });
  if (reports.some(({ drifts }) => drifts.length > 0)) process.exitCode = EXIT.no;
  if (printsJson(options)) printJson(isList ? reports : reports[0]);
  else
    for (const [i, attachment] of attachments.entries())
      printText(await described(attachment, reports[i]?.drifts ?? []));
}

async function described({ vif }: Attachment, drifts: readonly ElementDrift[]): Promise<string> {
  const title = colored('bold', `${vif.type} ${shown(vif.id)}`);
  if (drifts.length === 0) return `${title}: ${colored('green', 'as it should be')}\n`;
  const rows = drifts.map((drift): Cell[] => [
    { styled: colored(drift.type === 'differs' ? 'yellow' : 'red', drift.type) },
    drift.element,
    drift.on,
    ...detailsOf(drift),
  ]);
  return `${title}\n${await tableOf(['drift', 'element', 'on', 'what', 'want', 'have'], rows)}`;
}

function detailsOf(drift: ElementDrift): Cell[] {
  if (drift.type === 'foreign') return [drift.reason, '', ''];
  return drift.type === 'differs' ? [drift.property, shown(drift.want), shown(drift.have)] : ['', '', ''];
}
