/** What a helper does: the methods of a host's ports, each with what it takes, and under what conditions. */

import { Ajv2020 } from 'ajv/dist/2020.js';
import { HelperProtocolError } from '../../errors/helper.ts';
import type { Host } from '../../wiring/host.ts';
import { requireLinkName, requireMac, requireVirtualFunction } from '../../wiring/link-values.ts';
import * as schemas from './argument-schemas.ts';
import type { Policy } from './policy.ts';
import type { ArgumentsOf, ResultOf, VerbName } from './protocol.ts';

export type Verb = (args: readonly unknown[], host: Host, policy: Policy) => Promise<unknown>;

const ajv = new Ajv2020({ discriminator: true, strictTuples: false });

/** A verb that takes arguments of this shape, and what else must hold before the host is asked. */
function verb<V extends VerbName>(
  name: V,
  items: readonly schemas.Schema[],
  call: (host: Host, ...args: ArgumentsOf<V>) => Promise<ResultOf<V>>,
  permit?: (policy: Policy, ...args: ArgumentsOf<V>) => void | Promise<void>,
): Verb {
  const hasShape = ajv.compile<ArgumentsOf<V>>(schemas.tuple(...items));
  return async (args, host, policy) => {
    if (!hasShape(args))
      throw new HelperProtocolError(`${name}: its arguments ${ajv.errorsText(hasShape.errors, { dataVar: 'args' })}`);
    await permit?.(policy, ...args);
    return call(host, ...args);
  };
}

const linkOrIndex = { anyOf: [schemas.text, schemas.index] };
/** Of one request: well above what one host has. */
const MAX_TOGETHER = 100_000;
/** Rules of a chain: two for each device that a bridge forwards to. */
const MAX_RULES = 1000;

const VERBS: { readonly [V in VerbName]: Verb } = {
  'links.get': verb('links.get', [linkOrIndex], (host, link) => host.links.get(link)),
  'links.list': verb('links.list', [], (host) => host.links.list()),
  'links.create': verb(
    'links.create',
    [schemas.newLink],
    (host, link) => host.links.create(link),
    (policy, link) => policy.create(link),
  ),
  'links.change': verb(
    'links.change',
    [schemas.index, schemas.linkSettings],
    (host, index, settings) => host.links.change(index, settings),
    (policy, index, settings) => policy.change(index, settings),
  ),
  'links.delete': verb(
    'links.delete',
    [schemas.index],
    (host, index) => host.links.delete(index),
    (policy, index) => policy.delete([index]),
  ),
  'links.deleteAll': verb(
    'links.deleteAll',
    [schemas.listOf(schemas.index, MAX_TOGETHER)],
    (host, indexes) => host.links.deleteAll(indexes),
    (policy, indexes) => policy.delete(indexes),
  ),
  'links.virtualFunctions': verb('links.virtualFunctions', [schemas.index], (host, index) =>
    host.links.virtualFunctions(index),
  ),
  'links.changeVirtualFunction': verb(
    'links.changeVirtualFunction',
    [schemas.index, schemas.virtualFunctionNumber, schemas.virtualFunction],
    (host, index, number, settings) => host.links.changeVirtualFunction(index, number, settings),
    async (policy, index, _, settings) => {
      requireVirtualFunction(`link ${index}`, settings);
      await policy.use(index);
    },
  ),
  'addressing.get': verb('addressing.get', [schemas.index], (host, index) => host.addressing.get(index)),
  'addressing.move': verb(
    'addressing.move',
    [schemas.addressPlan, schemas.index, schemas.index],
    (host, plan, from, to) => host.addressing.move(plan, from, to),
    (policy, plan, from, to) => policy.move(plan, from, to),
  ),
  'sysctl.get': verb(
    'sysctl.get',
    [schemas.sysctlKey],
    (host, key) => host.sysctl.get(key),
    (_, key) => requireLinkName(deviceOfKey(key)),
  ),
  'sysctl.set': verb(
    'sysctl.set',
    [schemas.writableKey, schemas.sysctlValue],
    (host, key, value) => host.sysctl.set(key, value),
    (policy, key) => policy.useIfThere(deviceOfKey(key)),
  ),
  'filter.list': verb('filter.list', [], (host) => host.filter.list()),
  'filter.get': verb('filter.get', [schemas.chain], (host, chain) => host.filter.get(chain)),
  'filter.set': verb(
    'filter.set',
    [schemas.chain, schemas.listOf(schemas.rule, MAX_RULES)],
    (host, chain, rules) => host.filter.set(chain, rules),
    (policy, chain, rules) => policy.filter(chain.slice(CHAIN_PREFIX.length), rules),
  ),
  'filter.delete': verb(
    'filter.delete',
    [schemas.chain],
    (host, chain) => host.filter.delete(chain),
    (policy, chain) => policy.useIfThere(chain.slice(CHAIN_PREFIX.length)),
  ),
  'ingress.list': verb('ingress.list', [], (host) => host.ingress.list()),
  'ingress.create': verb(
    'ingress.create',
    [schemas.refusal],
    (host, refusal) => host.ingress.create(refusal),
    async (policy, { device, mac }) => {
      requireMac(device, mac);
      await policy.useNamed(device);
    },
  ),
  'ingress.delete': verb(
    'ingress.delete',
    [schemas.refusal],
    (host, refusal) => host.ingress.delete(refusal),
    async (policy, { device, mac }) => {
      requireMac(device, mac);
      await policy.useIfThere(device);
    },
  ),
  'pci.interfacesOf': verb('pci.interfacesOf', [schemas.pciAddress], (host, address) => host.pci.interfacesOf(address)),
  'pci.physicalFunctionOf': verb('pci.physicalFunctionOf', [schemas.pciAddress], (host, address) =>
    host.pci.physicalFunctionOf(address),
  ),
  'pci.interfaces': verb('pci.interfaces', [], (host) => host.pci.interfaces()),
  'pci.switchPortOf': verb(
    'pci.switchPortOf',
    [schemas.text],
    (host, name) => host.pci.switchPortOf(name),
    (_, name) => requireLinkName(name),
  ),
};

const CHAIN_PREFIX = 'os-vif-';

export const VERB_BY_NAME: ReadonlyMap<string, Verb> = new Map(Object.entries(VERBS));

/** `br0` of `net/ipv4/conf/br0/arp_ignore`. */
function deviceOfKey(key: string): string {
  return key.split('/')[3] ?? '';
}
