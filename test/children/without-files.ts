/** Calls a host while this process has no free file descriptor; prints the error of each call. */

import { closeSync, openSync } from 'node:fs';
import { LinuxHost } from '../../src/host/linux/linux-host.ts';
import { serveHelper } from '../../src/host/remote/helper.ts';
import { RemoteHost } from '../../src/host/remote/remote-host.ts';
import { InstanceInfo } from '../../src/objects/instance-info.ts';
import { VIFGeneric } from '../../src/objects/vif.ts';
import { OsVif } from '../../src/os-vif.ts';

const [netns = '', socket = '', database = ''] = process.argv.slice(2);
const vif = new VIFGeneric({ id: 'dc065497-3c8d-4f44-8fb4-e1d33c16a536', plugin: 'tap', vifName: 'tap0' });
const instance = new InstanceInfo({ name: 'guest-1' });

const errors: Record<string, string[]> = {};
await attempt('first LinuxHost.open', () => LinuxHost.open({ netns }));
const host = await LinuxHost.open({ netns, ovsdb: { connection: database } });
const osVif = await OsVif.open({ host });
await osVif.plug(vif, instance);
await osVif.unplug(vif, instance);
await attempt('plug', () => osVif.plug(vif, instance));
await attempt('LinuxHost.open', () => LinuxHost.open({ netns }));
await attempt('LinuxHost.open here', () => LinuxHost.open());
await attempt('links.create', () => host.links.create({ kind: 'tap', name: 'tap1' }));
await attempt('sysctl.get', () => host.sysctl.get('net/ipv4/conf/lo/forwarding'));
await attempt('sysctl.set', () => host.sysctl.set('net/ipv4/conf/lo/forwarding', '1'));
await attempt('filter.list', () => host.filter.list());
await attempt('ingress.list', () => host.ingress.list());
await attempt('pci.interfaces', () => host.pci.interfaces());
await attempt('pci.interfacesOf', () => host.pci.interfacesOf('0000:00:00.0'));
await attempt('ovsdb.view', () => host.ovsdb.view());
await attempt('RemoteHost on a socket', () => RemoteHost.connect({ socket }));
await attempt('RemoteHost with a command', () => RemoteHost.connect({ command: ['true'] }));
await attempt('serveHelper', () => serveHelper({ host, clients: { socket: `${socket}.2` } }));
const { changed } = await osVif.plug(vif, instance);
await osVif.unplug(vif, instance);
await osVif.close();
await host.close();
console.log(JSON.stringify({ errors, changed }));

/** Makes the call while all file descriptors are in use. */
async function attempt(name: string, call: () => Promise<unknown>): Promise<void> {
  const held = takeAll();
  const outcome = await call().then(
    () => ['no error'],
    (error: unknown) => chainOf(error),
  );
  for (const fd of held) closeSync(fd);
  errors[name] = outcome;
}

function takeAll(): number[] {
  const held: number[] = [];
  for (;;)
    try {
      held.push(openSync('/dev/null', 'r'));
    } catch {
      return held;
    }
}

/** The codes and messages of the error and its causes. */
function chainOf(error: unknown): string[] {
  if (!(error instanceof Error)) return [];
  const code = 'code' in error ? String(error.code) : error.name;
  return [`${code}: ${error.message}`, ...chainOf(error.cause)];
}
