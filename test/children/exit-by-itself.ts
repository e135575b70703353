/**
 * Makes a call to a host and does not close it: the process must end by itself, but not before the
 * call.
 */

import { LinuxHost } from '../../src/host/linux/linux-host.ts';
import { RemoteHost } from '../../src/host/remote/remote-host.ts';
import type { Host } from '../../src/host-contract/host.ts';

const [kind = '', address = ''] = process.argv.slice(2);

const HOSTS: Readonly<Record<string, () => Promise<Host>>> = {
  ovsdb: () => LinuxHost.open({ ovsdb: { connection: address } }),
  socket: () => RemoteHost.connect({ socket: address }),
  command: () => RemoteHost.connect({ command: ['sh', '-c', address] }),
};

const host = await HOSTS[kind]?.();
if (kind === 'ovsdb') {
  await host?.ovsdb.view({ timeout: 0 });
  console.log('waiting');
  void host?.ovsdb
    .waitFor('waiting for br0', (view) => view.bridge('br0'), { timeout: 0 })
    .then(({ name }) => console.log(name));
} else {
  console.log('waiting');
  void host?.links.list().then((links) => console.log(links[0]?.name));
}
