/** Plugs a TAP twice and unplugs it twice where it runs; prints what it found, or the error. */

import { LinuxHost } from '../../src/host/linux/linux-host.ts';
import type { Link } from '../../src/host-contract/links.ts';
import { InstanceInfo } from '../../src/objects/instance-info.ts';
import { VIFGeneric } from '../../src/objects/vif.ts';
import { OsVif } from '../../src/os-vif.ts';

/** What the parent reads. */
export interface PlugTapReport {
  readonly error?: {
    readonly code: string;
    readonly message: string;
    readonly cause?: { readonly code: string; readonly message: string };
  };
  readonly uid: number;
  readonly plugged?: Link | undefined;
  readonly pluggedAgain?: Link | undefined;
  readonly left?: string[];
}

async function plugTap(): Promise<PlugTapReport> {
  const uid = process.getuid?.() ?? -1;
  try {
    await using host = await LinuxHost.open();
    await using osVif = await OsVif.open({ host });
    const vif = new VIFGeneric({ id: 'dc065497-3c8d-4f44-8fb4-e1d33c16a536', plugin: 'tap', vifName: 'tap0' });
    await osVif.plug(vif, new InstanceInfo());
    const plugged = await host.links.get('tap0');
    await osVif.plug(vif, new InstanceInfo());
    const pluggedAgain = await host.links.get('tap0');
    await osVif.unplug(vif, new InstanceInfo());
    await osVif.unplug(vif, new InstanceInfo());
    return { uid, plugged, pluggedAgain, left: (await host.links.list()).map(({ name }) => name) };
  } catch (error) {
    return { uid, error: plain(error) };
  }
}

function plain(error: unknown): { code: string; message: string; cause?: { code: string; message: string } } {
  if (!(error instanceof Error)) return { code: '', message: String(error) };
  const code = 'code' in error ? String(error.code) : '';
  return { code, message: error.message, ...(error.cause !== undefined && { cause: plain(error.cause) }) };
}

console.log(JSON.stringify(await plugTap()));
