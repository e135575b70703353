/**
 * `os-vif host-info`: prints the plugins of this host, with the VIF classes and versions that they support.
 */

import type { Command } from 'commander';
import type { HostInfo } from '../../objects/host-info.ts';
import { listed } from '../../text/bounds.ts';
import { didYouMean } from '../../text/nearest.ts';
import { printJson, printsJson, printText, printWarning } from '../output/output.ts';
import { type Cell, tableOf } from '../output/table.ts';
import { addVerb, type CommonOptions, configOption } from '../verb.ts';

/** Adds the verb `host-info` to the command. */
export function addHostInfo(program: Command): void {
  addVerb(program, {
    name: 'host-info',
    summary: 'print the VIF classes and versions that the plugins of this host support',
    more: ['JSON is the wire form of HostInfo, for `os-vif backport --for` and for the manager of the network.'],
    examples: ['host-info', 'host-info --permit VIFOpenVSwitch VIFBridge'],
  })
    .addOption(configOption())
    .option('--permit <types...>', 'names of VIF classes to print; others are left out')
    .action(tell);
}

interface HostInfoOptions extends CommonOptions {
  readonly config?: string;
  readonly permit?: readonly string[];
}

async function tell(options: HostInfoOptions): Promise<void> {
  const { withOsVif } = await import('../session.ts');
  const { config, permit } = options;
  // The result does not depend on the host, so the in-memory host is enough.
  const info = await withOsVif({ memory: true, ...(config !== undefined && { config }) }, async ({ osVif }) => {
    if (permit === undefined) return osVif.hostInfo();
    warnOfUnknown(permit, osVif.hostInfo());
    return osVif.hostInfo({ permittedVifTypes: permit });
  });
  if (printsJson(options)) printJson(info.toPrimitive());
  else printText(tableOf(['plugin', 'VIF', 'versions', 'port profiles'], rowsOf(info)));
}

/** A misspelt name would leave out everything without a word. */
function warnOfUnknown(permitted: readonly string[], { pluginInfo = [] }: HostInfo): void {
  const taken = new Set(pluginInfo.flatMap(({ vifInfo = [] }) => vifInfo.map((info) => info.vifObjectName ?? '')));
  for (const name of permitted) {
    if (!taken.has(name))
      printWarning(
        `--permit: no plugin takes ${name}${didYouMean(name, [...taken]) || `: they take ${listed([...taken].sort())}`}`,
      );
  }
}

function rowsOf({ pluginInfo = [] }: HostInfo): Cell[][] {
  return pluginInfo.flatMap(({ pluginName, vifInfo = [] }) =>
    vifInfo.map(({ vifObjectName, minVersion, maxVersion, supportedPortProfiles = [] }) => [
      pluginName,
      vifObjectName,
      range(minVersion, maxVersion),
      supportedPortProfiles
        .map((profile) => `${profile.profileObjectName} ${range(profile.minVersion, profile.maxVersion)}`)
        .join(', ') || '-',
    ]),
  );
}

function range(min = '?', max = '?'): string {
  return min === max ? min : `${min} to ${max}`;
}
