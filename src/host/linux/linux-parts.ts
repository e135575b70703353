/** The parts of a LinuxHost: its clients of the kernel and of Open vSwitch. Imported when a host is opened. */

import { HostClosedError } from '../../errors/host.ts';
import type { Host } from '../../host-contract/host.ts';
import { interceptHost } from '../../host-contract/intercept.ts';
import { Lifetime } from '../../host-contract/lifetime.ts';
import { OvsdbClient, type OvsdbClientOptions } from '../ovsdb/ovsdb-client.ts';
import { Devlink } from './devlink.ts';
import { loadLibc } from './libc.ts';
import { LinuxAddressing } from './linux-addressing.ts';
import { LinuxFilter } from './linux-filter.ts';
import { LinuxGuards } from './linux-guards.ts';
import { LinuxIngress } from './linux-ingress.ts';
import { LinuxLinks } from './linux-links.ts';
import { LinuxPci } from './linux-pci.ts';
import { LinuxSysctl } from './linux-sysctl.ts';
import { NetlinkSocket } from './netlink/socket.ts';
import { openNetworkNamespace } from './network-namespace.ts';

/** How to open a LinuxHost. */
export interface LinuxHostOptions {
  /**
   * A network namespace: a name of `ip netns`, or a path such as /proc/1234/ns/net.
   * Default: the namespace of this process.
   */
  readonly netns?: string;
  /**
   * The address of Open vSwitch's database. The host connects at the first use.
   * Default: the local socket, unix:/run/openvswitch/db.sock.
   */
  readonly ovsdb?: OvsdbClientOptions;
  /** The mount point of sysfs, for PCI functions. Default: /sys. */
  readonly sysfsRoot?: string;
}

/** Opens the parts of a host. Throws as `LinuxHost.open`. */
export async function openParts({ netns, ovsdb, sysfsRoot = '/sys' }: LinuxHostOptions): Promise<Host> {
  const database = new OvsdbClient(ovsdb);
  const libc = await loadLibc();
  const namespace = openNetworkNamespace(libc, netns);
  const socket = openOrClose(() => NetlinkSocket.open(libc, namespace), namespace);
  const lifetime = new Lifetime(() => new HostClosedError());
  const devlink = new Devlink(libc, namespace);
  const links = new LinuxLinks(libc, namespace, socket);
  const guards = new LinuxGuards(libc, namespace, links);
  const parts: Host = {
    links,
    addressing: new LinuxAddressing(socket, links),
    sysctl: new LinuxSysctl(namespace, links),
    filter: new LinuxFilter(namespace),
    ingress: new LinuxIngress(namespace),
    guards,
    pci: new LinuxPci(sysfsRoot, () => devlink.ports()),
    ovsdb: database,
    netns,
    close: async () => {
      await database.close();
      await links.endChanges();
      await lifetime.end(async () => {
        await socket.close();
        await devlink.close();
        await guards.close();
        namespace.close();
      });
    },
  };
  // The namespace stays open until each call has ended. A closed descriptor may be another file later.
  const guarded = interceptHost(parts, (_, proceed) =>
    lifetime.run(() => {
      namespace.requireName();
      return proceed();
    }),
  );
  // Calls to Open vSwitch do not use the namespace.
  return { ...guarded, ovsdb: database };
}

/** The result of `open`. The resource is closed if `open` throws. */
function openOrClose<T>(open: () => T, resource: { close(): void }): T {
  try {
    return open();
  } catch (error) {
    resource.close();
    throw error;
  }
}
