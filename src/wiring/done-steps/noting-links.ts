/** Network devices that report their changes as the steps of a plug or an unplug. */

import { functionRecords } from '../../host-contract/device-records.ts';
import {
  type ExpectedLink,
  endsOf,
  type Link,
  type LinkSettings,
  type Links,
  type VirtualFunctionSettings,
} from '../../host-contract/links.ts';
import { type Difference, differences } from '../devices/link-differences.ts';
import type { Deletions } from '../elements/verbs.ts';
import type { Observations } from './observations.ts';

/** The same devices. Each change is reported to `observations`. */
export function notingLinks(links: Links, observations: Observations): Links {
  const { devices } = observations;
  const functions = new Map<string, VirtualFunctionSettings>();
  const masterOf = (index: unknown) =>
    typeof index === 'number' && index !== 0 ? observations.nameOf(index) : undefined;
  return {
    get: async (link) => observations.see(await links.get(link)),
    async list(options) {
      const all = await links.list(options);
      for (const link of all) observations.see(link);
      return all;
    },
    changes: (since, options) => links.changes(since, options),
    async create(link, expected) {
      const index = await links.create(link, expected);
      observations.call(index, link.name);
      for (const { name } of endsOf(link)) observations.create(name);
      return index;
    },
    async change(index, settings, expected) {
      await links.change(index, settings, expected);
      const before = devices.get(index);
      const on = observations.nameOf(index, expected);
      for (const { property, have, want } of changesOf(before, settings)) {
        const isMaster = property === 'master';
        observations.change(on, {
          property,
          from: isMaster ? masterOf(have) : have,
          to: isMaster ? masterOf(want) : want,
        });
      }
      const { bridge, macvtap, port, ...flat } = settings;
      if (before !== undefined) devices.set(index, { ...before, ...flat });
    },
    async delete(index, expected) {
      await links.delete(index, expected);
      noteDeletion(index, expected, observations);
    },
    async deleteAll(indexes, expected) {
      await links.deleteAll(indexes, expected);
      for (const index of indexes) noteDeletion(index, expected, observations);
    },
    async virtualFunctions(index) {
      const found = await links.virtualFunctions(index);
      for (const each of found) functions.set(`${index} ${each.number}`, each);
      return found;
    },
    async changeVirtualFunction(index, number, settings, expected) {
      await links.changeVirtualFunction(index, number, settings, expected);
      const before = functions.get(`${index} ${number}`) ?? {};
      for (const [property, want] of Object.entries(settings))
        observations.change(observations.subject.name, { property, from: Reflect.get(before, property), to: want });
    },
    embeddedSwitchMode: (index) => links.embeddedSwitchMode(index),
    async changeEmbeddedSwitchMode(index, mode, expected) {
      const before = await links.embeddedSwitchMode(index);
      await links.changeEmbeddedSwitchMode(index, mode, expected);
      const on = observations.nameOf(index, expected);
      observations.change(on, { property: 'embeddedSwitchMode', from: before, to: mode });
    },
    async addAlternativeName(index, name, expected) {
      await links.addAlternativeName(index, name, expected);
      noteRecord(index, name, true, observations);
    },
    async removeAlternativeName(index, name, expected) {
      await links.removeAlternativeName(index, name, expected);
      noteRecord(index, name, false, observations);
    },
  };
}

/** The same deletions. Each deletion is reported to `observations`. */
export function notingDeletions(deletions: Deletions, observations: Observations): Deletions {
  return {
    async delete(link, signal) {
      await deletions.delete(link, signal);
      noteDeletion(link.index, [link], observations);
    },
  };
}

/**
 * Returns the settings that the request changed. A request may set a value that the device already
 * has.
 */
function changesOf(before: Link | undefined, settings: LinkSettings): Difference[] {
  const found = before === undefined ? [] : differences(before, settings);
  if (found.length > 0) return found;
  return Object.entries(settings).map(([property, want]) => ({
    property,
    want,
    have: before && Reflect.get(before, property),
  }));
}

/** Notes a deleted device. The kernel deletes both ends of a veth together. */
function noteDeletion(index: number, expected: readonly ExpectedLink[] | undefined, observations: Observations): void {
  const link = observations.devices.get(index);
  const peer = link?.kind === 'veth' ? observations.devices.get(link.lower) : undefined;
  observations.remove(observations.nameOf(index, expected));
  if (peer !== undefined) observations.remove(peer.name);
}

/**
 * Notes a change of the records at a device. The records of a virtual function are its owner and,
 * while its MAC address changes, two addresses.
 */
function noteRecord(index: number, name: string, isAdded: boolean, observations: Observations): void {
  const { devices, subject } = observations;
  const link = devices.get(index);
  const before = link?.alternativeNames ?? [];
  const after = isAdded ? [...before, name] : before.filter((each) => each !== name);
  if (link !== undefined) devices.set(index, { ...link, alternativeNames: after });
  const [record] = functionRecords({ alternativeNames: [name] });
  const change = (on: string, property: string, text: string) =>
    observations.change(on, { property, from: isAdded ? undefined : text, to: isAdded ? text : undefined });
  if (record === undefined) {
    change(observations.nameOf(index), 'record', name);
    return;
  }
  const { number, owner, setMac } = record;
  const others = functionRecords({ alternativeNames: before }).filter(
    (other) => other.name !== name && other.number === number && other.owner === owner,
  );
  const from = others.map((other) => other.setMac).join(', ');
  if (others.length === 0) change(subject.name, 'owner', owner);
  else if (isAdded) observations.change(subject.name, { property: 'recorded mac', from, to: setMac });
}
