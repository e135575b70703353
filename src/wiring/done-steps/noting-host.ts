/** A host that reports its changes as the steps of a plug or an unplug. */

import type { Addressing } from '../../host-contract/addressing.ts';
import type { Filter, FilterChain, IngressFilter } from '../../host-contract/filters/packet-filters.ts';
import { guardDifferences, guardTitle } from '../../host-contract/guards/canonical-guard.ts';
import type { SourceGuardState, SourceGuards } from '../../host-contract/guards/source-guards.ts';
import type { Host, Sysctl } from '../../host-contract/host.ts';
import type { ElementContext } from '../elements/verbs.ts';
import { notingDeletions, notingLinks } from './noting-links.ts';
import { notingOvsdb } from './noting-ovsdb.ts';
import { Observations, type Subject } from './observations.ts';

/**
 * Returns the context with a host that reports each change to `context.note`. Without `note`, the
 * context is returned as it is.
 *
 * @param subject the element that works with the context
 */
export function noting<C extends ElementContext>(context: C, subject: Subject): C {
  const { note, host, deletions } = context;
  if (note === undefined) return context;
  const observations = new Observations(subject, note);
  return {
    ...context,
    host: notingHost(host, observations),
    deletions: deletions && notingDeletions(deletions, observations),
  };
}

function notingHost(host: Host, observations: Observations): Host {
  return {
    links: notingLinks(host.links, observations),
    addressing: notingAddressing(host.addressing, observations),
    sysctl: notingSysctl(host.sysctl, observations),
    filter: notingFilter(host.filter, observations),
    ingress: notingIngress(host.ingress, observations),
    guards: notingGuards(host.guards, observations),
    pci: host.pci,
    ovsdb: notingOvsdb(host.ovsdb, observations),
    netns: host.netns,
    close: () => host.close(),
  };
}

function notingAddressing(addressing: Addressing, observations: Observations): Addressing {
  return {
    get: (index) => addressing.get(index),
    async move(plan, from, to, expected) {
      await addressing.move(plan, from, to, expected);
      observations.change(observations.nameOf(from), { property: 'addresses', from: destinationsOf(plan), to: [] });
    },
    async copy(plan, from, to, expected) {
      await addressing.copy(plan, from, to, expected);
      observations.change(observations.nameOf(to), { property: 'addresses', from: [], to: destinationsOf(plan) });
    },
  };
}

function destinationsOf({ addresses, routes }: Parameters<Addressing['move']>[0]): string[] {
  return [...addresses.map(({ address }) => address), ...routes.map(({ destination }) => destination)];
}

function notingSysctl(sysctl: Sysctl, observations: Observations): Sysctl {
  const values = new Map<string, string | undefined>();
  return {
    async get(key) {
      const value = await sysctl.get(key);
      values.set(key, value);
      return value;
    },
    async set(key, value, expected) {
      await sysctl.set(key, value, expected);
      const device = /^net\/ipv[46]\/\w+\/([^/]+)\//.exec(key)?.[1];
      observations.change(device ?? key, { property: key, from: values.get(key), to: value });
      values.set(key, value);
    },
  };
}

function notingFilter(filter: Filter, observations: Observations): Filter {
  const chains = new Map<string, FilterChain | undefined>();
  return {
    list: () => filter.list(),
    async get(chain) {
      const found = await filter.get(chain);
      chains.set(chain, found);
      return found;
    },
    async set(chain, rules) {
      await filter.set(chain, rules);
      const before = chains.get(chain);
      if (before === undefined) return observations.create(chain);
      if (before.rules.join('\n') !== rules.join('\n'))
        observations.change(chain, { property: 'rules', from: before.rules, to: rules });
      if (!before.jumpedTo) observations.change(chain, { property: 'effect', from: before.faults ?? [], to: [] });
    },
    async delete(chain) {
      await filter.delete(chain);
      if (!chains.has(chain) || chains.get(chain) !== undefined) observations.remove(chain);
    },
  };
}

function notingIngress(ingress: IngressFilter, observations: Observations): IngressFilter {
  return {
    list: () => ingress.list(),
    async create(drop) {
      await ingress.create(drop);
      observations.create(drop.mac);
    },
    async delete(drop) {
      await ingress.delete(drop);
      observations.remove(drop.mac);
    },
  };
}

function notingGuards(guards: SourceGuards, observations: Observations): SourceGuards {
  const seen = new Map<string, SourceGuardState | undefined>();
  return {
    list: () => guards.list(),
    states: () => guards.states(),
    async get(device) {
      const found = await guards.get(device);
      seen.set(device, found);
      return found;
    },
    async set(guard) {
      await guards.set(guard);
      const before = seen.get(guard.device);
      if (before === undefined) return observations.create(guardTitle(guard.device));
      for (const { property, want, have } of guardDifferences(guard, before))
        observations.change(guardTitle(guard.device), { property, from: have, to: want });
    },
    async delete(guard) {
      await guards.delete(guard);
      observations.remove(guardTitle(guard.device));
    },
  };
}
