/** A host that a helper with privileges changes for this process, which needs no privileges. */

import { ArgumentError, requireOptions } from '../../errors/argument.ts';
import { arrayOf, MILLISECONDS, OBJECT, SIGNAL, TEXT, type ValueKind } from '../../errors/value-kinds.ts';
import type { Addressing } from '../../host-contract/addressing.ts';
import { type Changes, type ChangesOptions, requireChanges } from '../../host-contract/changes/changes.ts';
import type { Filter, IngressFilter } from '../../host-contract/filters/packet-filters.ts';
import type { SourceGuards } from '../../host-contract/guards/source-guards.ts';
import type { Host, Sysctl } from '../../host-contract/host.ts';
import type { Links } from '../../host-contract/links.ts';
import type { Ovsdb } from '../../host-contract/ovsdb.ts';
import type { Pci } from '../../host-contract/pci.ts';
import { importedLater } from '../open-files.ts';
import type { OvsdbClientOptions } from '../ovsdb/ovsdb-client.ts';
import type { GreetingOptions, HelperAddress, HelperConnection } from './connection.ts';
import { MAX_DELETED_TOGETHER, WAIT_OF_HELPER } from './protocol.ts';

/** The addresses of the helper and of Open vSwitch. */
export type RemoteHostOptions = HelperAddress &
  GreetingOptions & {
    /**
     * The address of the database of Open vSwitch. This process itself connects, on first use.
     * Default: the local socket unix:/run/openvswitch/db.sock.
     */
    readonly ovsdb?: OvsdbClientOptions;
  };

const CONNECT_OPTIONS: Readonly<Record<string, ValueKind>> = {
  socket: TEXT,
  command: arrayOf(TEXT, 'strings'),
  connectTimeout: MILLISECONDS,
  signal: SIGNAL,
  ovsdb: OBJECT,
};

/**
 * A host whose network devices, filters and sysctls a helper (`os-vif helper`) changes.
 * This process only needs access to the socket of the helper. It does not need koffi.
 */
export class RemoteHost implements Host {
  readonly links: Links;
  readonly addressing: Addressing;
  readonly sysctl: Sysctl;
  readonly filter: Filter;
  readonly ingress: IngressFilter;
  readonly guards: SourceGuards;
  readonly pci: Pci;
  readonly ovsdb: Ovsdb;
  /** The network namespace of the helper. */
  readonly netns: string | undefined;
  readonly #helper: HelperConnection;

  /** The name of the class. A bundler may rename the class itself. */
  get [Symbol.toStringTag](): string {
    return 'RemoteHost';
  }

  private constructor(helper: HelperConnection, ovsdb: Ovsdb) {
    this.#helper = helper;
    this.ovsdb = ovsdb;
    this.netns = helper.netns;
    this.links = {
      get: (link) => helper.ask('links.get', link),
      list: (options) => helper.ask('links.list', options),
      create: (link, expected) => helper.ask('links.create', link, expected),
      change: (index, settings, expected) => helper.ask('links.change', index, settings, expected),
      delete: (index, expected) => helper.ask('links.delete', index, expected),
      deleteAll: async (indexes, expected) => {
        for (let from = 0; from < indexes.length; from += MAX_DELETED_TOGETHER) {
          const some = indexes.slice(from, from + MAX_DELETED_TOGETHER);
          await helper.ask(
            'links.deleteAll',
            some,
            expected?.filter(({ index }) => some.includes(index)),
          );
        }
      },
      virtualFunctions: (index) => helper.ask('links.virtualFunctions', index),
      changeVirtualFunction: (index, number, settings, expected) =>
        helper.ask('links.changeVirtualFunction', index, number, settings, expected),
      embeddedSwitchMode: (index) => helper.ask('links.embeddedSwitchMode', index),
      changeEmbeddedSwitchMode: (index, mode, expected) =>
        helper.ask('links.changeEmbeddedSwitchMode', index, mode, expected),
      addAlternativeName: (index, name, expected) => helper.ask('links.addAlternativeName', index, name, expected),
      removeAlternativeName: (index, name, expected) =>
        helper.ask('links.removeAlternativeName', index, name, expected),
      changes: (since, options) => untilChanged(helper, since, options),
    };
    this.addressing = {
      get: (index) => helper.ask('addressing.get', index),
      move: (plan, from, to, expected) => helper.ask('addressing.move', plan, from, to, expected),
      copy: (plan, from, to, expected) => helper.ask('addressing.copy', plan, from, to, expected),
    };
    this.sysctl = {
      get: (key) => helper.ask('sysctl.get', key),
      set: (key, value, expected) => helper.ask('sysctl.set', key, value, expected),
    };
    this.filter = {
      list: () => helper.ask('filter.list'),
      get: (chain) => helper.ask('filter.get', chain),
      set: (chain, rules) => helper.ask('filter.set', chain, rules),
      delete: (chain) => helper.ask('filter.delete', chain),
    };
    this.ingress = {
      list: () => helper.ask('ingress.list'),
      create: ({ device, mac, owner }) => helper.ask('ingress.create', { device, mac, owner }),
      delete: ({ device, mac, owner }) => helper.ask('ingress.delete', { device, mac, owner }),
    };
    this.guards = {
      list: () => helper.ask('guards.list'),
      states: () => helper.ask('guards.states'),
      get: (device) => helper.ask('guards.get', device),
      set: ({ device, hook, mac, mode, addresses, owner, anyDevice }) =>
        helper.ask('guards.set', { device, hook, mac, mode, addresses, owner, ...(anyDevice && { anyDevice }) }),
      delete: ({ device, owner }) => helper.ask('guards.delete', { device, owner }),
    };
    this.pci = {
      interfacesOf: (address) => helper.ask('pci.interfacesOf', address),
      physicalFunctionOf: (address) => helper.ask('pci.physicalFunctionOf', address),
      interfaces: () => helper.ask('pci.interfaces'),
      switchPortOf: (name) => helper.ask('pci.switchPortOf', name),
    };
  }

  /**
   * Connects to the helper.
   *
   * @throws HelperConnectionError if the helper cannot be reached, or sends no
   *   greeting within `connectTimeout`
   * @throws HelperProtocolError if the helper has another version
   * @throws OvsdbConnectionError if `ovsdb.connection` is invalid
   */
  static async connect(options: RemoteHostOptions): Promise<RemoteHost> {
    requireOptions('RemoteHost.connect', options, CONNECT_OPTIONS);
    if ('socket' in options === 'command' in options)
      throw new ArgumentError('RemoteHost.connect', 'expected one of the options socket and command');
    const { ovsdb, ...helper } = options;
    const { HelperConnection, OvsdbClient } = await parts();
    const database = new OvsdbClient(ovsdb);
    return new RemoteHost(await HelperConnection.open(helper, helper), database);
  }

  async close(): Promise<void> {
    await Promise.all([this.#helper.close(), this.ovsdb.close()]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

const parts = importedLater('the parts of a RemoteHost', () => import('./remote-parts.ts'));

/**
 * Waits for changes with short requests, because a request cannot be aborted, and `close()` waits for
 * the running ones.
 */
async function untilChanged(
  helper: HelperConnection,
  since: string | undefined,
  options: ChangesOptions = {},
): Promise<Changes> {
  requireChanges('links.changes', since, options);
  const { signal, wait = Number.POSITIVE_INFINITY } = options;
  for (let waited = 0; ; waited += WAIT_OF_HELPER) {
    signal?.throwIfAborted();
    const changes = await helper.ask('links.changes', since, {
      wait: Math.ceil(Math.min(WAIT_OF_HELPER, wait - waited)),
    });
    if (changes.cursor !== since || waited + WAIT_OF_HELPER >= wait) return changes;
  }
}
