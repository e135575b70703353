/** A host whose reads of many VIFs are answered by few requests. */

import type { SourceGuardState, SourceGuards } from '../host-contract/guards/source-guards.ts';
import type { Host } from '../host-contract/host.ts';
import { type HostCall, type Interceptor, interceptHost } from '../host-contract/intercept.ts';
import { isLinkName } from '../host-contract/link-values.ts';
import type { Link, Links } from '../host-contract/links.ts';
import type { Ovsdb, OvsdbView } from '../host-contract/ovsdb.ts';
import { isBeingMade } from './devices/existing-device.ts';

/**
 * Returns the same host with all its devices as they are now. The database of Open vSwitch is read
 * once, when it is needed. Each other question is asked once. Changes go to the host, and the
 * devices of the snapshot stay as they were.
 */
export async function snapshotOf(host: Host): Promise<Host> {
  const devices = await host.links.list({ sysctls: true });
  const snapshot = interceptHost(host, askingOnce());
  Object.assign(snapshot.links, devicesOf(devices, host.links));
  Object.assign(snapshot.ovsdb, viewedOnce(host.ovsdb));
  const { sysctl } = snapshot;
  const sysctls = new Map(devices.flatMap(({ sysctls: known = {} }) => Object.entries(known)));
  const readSysctl = sysctl.get.bind(sysctl);
  Object.assign(snapshot.guards, guardsOf(snapshot.guards.get.bind(snapshot.guards), host.guards));
  return Object.assign(snapshot, {
    sysctl: Object.assign(sysctl, { get: async (key: string) => sysctls.get(key) ?? readSysctl(key) }),
  });
}

function devicesOf(devices: readonly Link[], links: Links): Pick<Links, 'get' | 'list'> {
  const byName = new Map<string, Link>();
  for (const link of devices) for (const name of link.alternativeNames ?? []) byName.set(name, link);
  for (const link of devices) byName.set(link.name, link);
  const byIndex = new Map(devices.map((link) => [link.index, link]));
  return {
    async get(wanted) {
      const link = typeof wanted === 'string' ? byName.get(wanted) : byIndex.get(wanted);
      if (link === undefined) return isPossible(wanted) ? undefined : links.get(wanted);
      // A caller looks such a device up again until it is complete.
      return isBeingMade(link) ? links.get(wanted) : link;
    },
    list: async () => [...devices],
  };
}

/** The number of guards that are read one by one. A list also has all rules of guards of other VIFs. */
const FEW_GUARDS = 8;

function guardsOf(read: SourceGuards['get'], guards: SourceGuards): Pick<SourceGuards, 'get'> {
  const readAlone = new Set<string>();
  let states: Promise<ReadonlyMap<string, SourceGuardState> | undefined> | undefined;
  return {
    async get(device) {
      if (readAlone.size < FEW_GUARDS || readAlone.has(device)) {
        readAlone.add(device);
        return read(device);
      }
      states ??= statesOf(guards);
      const known = await states;
      if (known === undefined) return read(device);
      const state = known.get(device);
      // Another process may have changed the guard between the lists of chains and of rules.
      return state?.active === false ? read(device) : state;
    },
  };
}

/** Undefined if the states cannot be listed, for example because other processes change guards all the time. */
async function statesOf(guards: SourceGuards): Promise<ReadonlyMap<string, SourceGuardState> | undefined> {
  try {
    return new Map((await guards.states()).map((state) => [state.device, state]));
  } catch {
    return undefined;
  }
}

/** Whether a device can have this name or index. Hosts have errors for others. */
function isPossible(link: string | number): boolean {
  return typeof link === 'string' ? isLinkName(link) : Number.isSafeInteger(link) && link >= 0;
}

function viewedOnce(ovsdb: Ovsdb): Pick<Ovsdb, 'view'> {
  let view: Promise<OvsdbView> | undefined;
  return {
    view(options) {
      // Such a call fails at once if there is no server, and says nothing of calls that wait for the server.
      if (options?.expected === false) return ovsdb.view(options);
      view ??= ovsdb.view(options);
      return view;
    },
  };
}

/** Passes each question to the host once. */
function askingOnce(): Interceptor {
  const answers = new Map<string, Promise<unknown>>();
  return (call, proceed) => {
    if (call.changes || !call.args.every(isPlain)) return proceed();
    const question = questionOf(call);
    const known = answers.get(question);
    if (known !== undefined) return known;
    const answer = proceed();
    answers.set(question, answer);
    return answer;
  };
}

function isPlain(argument: unknown): boolean {
  return argument === undefined || typeof argument === 'string' || typeof argument === 'number';
}

function questionOf({ port, method, args }: HostCall): string {
  return `${port}.${method} ${JSON.stringify(args)}`;
}
