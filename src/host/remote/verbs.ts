/**
 * The verbs of a helper: for each method of a host, the schema of its arguments, and the check by the policy.
 */

import { Ajv2020 } from 'ajv/dist/2020.js';
import { HelperProtocolError } from '../../errors/helper.ts';
import { isKernelError } from '../../errors/kernel.ts';
import { canonicalGuard } from '../../host-contract/guards/canonical-guard.ts';
import type { Host } from '../../host-contract/host.ts';
import { requireLinkName, requireSourceMacDrop, requireVirtualFunction } from '../../host-contract/link-values.ts';
import * as schemas from './argument-schemas.ts';
import { requireGuardable } from './guard-policy.ts';
import type { Policy } from './policy.ts';
import { type ArgumentsOf, MAX_DELETED_TOGETHER, type ResultOf, type VerbName } from './protocol.ts';
import type { RuleKeeper } from './rule-keeper.ts';

/** The host and the policy of a helper. */
export interface Workplace {
  readonly host: Host;
  readonly policy: Policy;
  readonly rules: RuleKeeper;
}

/** Checks the arguments of a request, and performs it. */
export type Verb = (args: readonly unknown[], workplace: Workplace) => Promise<unknown>;

const ajv = new Ajv2020({ discriminator: true, strictTuples: false, code: { optimize: false } });

/** The largest number of attempts if a device changes between the check by the policy and the request. */
const ATTEMPTS = 5;

/** Defines a verb with the schema of its arguments. `perform` calls the policy first, and then the host. */
function verb<V extends VerbName>(
  name: V,
  items: readonly schemas.Schema[],
  perform: (workplace: Workplace, ...args: ArgumentsOf<V>) => Promise<ResultOf<V>>,
): Verb {
  const hasShape = ajv.compile<ArgumentsOf<V>>(schemas.tuple(...items));
  return async (args, workplace) => {
    if (!hasShape(args))
      throw new HelperProtocolError(`${name}: its arguments ${ajv.errorsText(hasShape.errors, { dataVar: 'args' })}`);
    for (let attempt = 1; ; attempt++) {
      try {
        return await perform(workplace, ...args);
      } catch (error) {
        if (attempt === ATTEMPTS || !isKernelError(error, 'ESTALE')) throw error;
      }
    }
  };
}

const linkOrIndex = { anyOf: [schemas.text, schemas.indexOrNone] };
/** The largest number of rules of a chain. There are two rules for each device to which a bridge forwards. */
const MAX_RULES = 1000;

const VERBS: { readonly [V in VerbName]: Verb } = {
  'links.get': verb('links.get', [linkOrIndex], ({ host }, link) => host.links.get(link)),
  'links.list': verb('links.list', [schemas.listOptions], ({ host }, options) => host.links.list(options)),
  'links.create': verb(
    'links.create',
    [schemas.newLink, schemas.expected],
    async ({ host, policy }, link, expected = []) =>
      host.links.create(link, [...(await policy.create(link)), ...expected]),
  ),
  'links.change': verb(
    'links.change',
    [schemas.index, schemas.linkSettings, schemas.expected],
    async ({ host, policy }, index, settings, expected = []) =>
      host.links.change(index, settings, [...(await policy.change(index, settings)), ...expected]),
  ),
  'links.delete': verb(
    'links.delete',
    [schemas.index, schemas.expected],
    async ({ host, policy, rules }, index, expected = []) => {
      const checked = [...(await policy.delete(index)), ...expected];
      await rules.deleting([index], () => host.links.delete(index, checked));
    },
  ),
  'links.deleteAll': verb(
    'links.deleteAll',
    [schemas.listOf(schemas.index, MAX_DELETED_TOGETHER), schemas.expected],
    async ({ host, policy, rules }, indexes, expected = []) => {
      const checked = await policy.deleteAll(indexes);
      const permitted = checked.map(({ index }) => index);
      await rules.deleting(permitted, () => host.links.deleteAll(permitted, [...checked, ...expected]));
    },
  ),
  'links.virtualFunctions': verb('links.virtualFunctions', [schemas.index], ({ host }, index) =>
    host.links.virtualFunctions(index),
  ),
  'links.changeVirtualFunction': verb(
    'links.changeVirtualFunction',
    [schemas.index, schemas.virtualFunctionNumber, schemas.virtualFunction, schemas.expected],
    async ({ host, policy }, index, number, settings, expected = []) => {
      requireVirtualFunction(`link ${index}`, settings);
      const checked = await policy.use(`change of a virtual function of link ${index}`, index);
      await host.links.changeVirtualFunction(index, number, settings, [...checked, ...expected]);
    },
  ),
  'links.embeddedSwitchMode': verb('links.embeddedSwitchMode', [schemas.index], ({ host }, index) =>
    host.links.embeddedSwitchMode(index),
  ),
  'links.changeEmbeddedSwitchMode': verb(
    'links.changeEmbeddedSwitchMode',
    [schemas.index, schemas.embeddedSwitchMode, schemas.expected],
    async ({ host, policy }, index, mode, expected = []) => {
      const checked = await policy.use(`change of the embedded switch of link ${index}`, index);
      await host.links.changeEmbeddedSwitchMode(index, mode, [...checked, ...expected]);
    },
  ),
  'links.addAlternativeName': verb(
    'links.addAlternativeName',
    [schemas.index, schemas.recordName, schemas.expected],
    async ({ host, policy }, index, name, expected = []) =>
      host.links.addAlternativeName(index, name, [
        ...(await policy.use(`record at link ${index}`, index)),
        ...expected,
      ]),
  ),
  'links.removeAlternativeName': verb(
    'links.removeAlternativeName',
    [schemas.index, schemas.recordName, schemas.expected],
    async ({ host, policy }, index, name, expected = []) => {
      const checked = await policy.use(`record at link ${index}`, index);
      await host.links.removeAlternativeName(index, name, [...checked, ...expected]);
    },
  ),
  'links.changes': verb('links.changes', [schemas.cursor, schemas.waitOptions], ({ host }, since, options) =>
    host.links.changes(since ?? undefined, options),
  ),
  'addressing.get': verb('addressing.get', [schemas.index], ({ host }, index) => host.addressing.get(index)),
  'addressing.move': verb(
    'addressing.move',
    [schemas.addressPlan, schemas.index, schemas.index, schemas.expected],
    async ({ host, policy }, asked, from, to, expected = []) => {
      const { plan, checked } = await policy.move(asked, from, to);
      await host.addressing.move(plan, from, to, [...checked, ...expected]);
    },
  ),
  'addressing.copy': verb(
    'addressing.copy',
    [schemas.addressPlan, schemas.index, schemas.index, schemas.expected],
    async ({ host, policy }, asked, from, to, expected = []) => {
      const { plan, checked } = await policy.move(asked, from, to);
      await host.addressing.copy(plan, from, to, [...checked, ...expected]);
    },
  ),
  'sysctl.get': verb('sysctl.get', [schemas.sysctlKey], async ({ host }, key) => {
    requireLinkName(deviceOfKey(key));
    return host.sysctl.get(key);
  }),
  'sysctl.set': verb(
    'sysctl.set',
    [schemas.writableKey, schemas.sysctlValue, schemas.expected],
    async ({ host, policy }, key, value, expected = []) =>
      host.sysctl.set(key, value, [...(await policy.setSysctl(deviceOfKey(key))), ...expected]),
  ),
  'filter.list': verb('filter.list', [], ({ host }) => host.filter.list()),
  'filter.get': verb('filter.get', [schemas.chain], ({ host }, chain) => host.filter.get(chain)),
  'filter.set': verb(
    'filter.set',
    [schemas.chain, schemas.listOf(schemas.rule, MAX_RULES)],
    async ({ host, policy, rules: keeper }, chain, rules) => {
      const bridge = bridgeOfChain(chain);
      const permitted = await policy.setFilter(bridge, rules);
      await keeper.setting('filter', bridge, () => host.filter.set(chain, permitted));
    },
  ),
  'filter.delete': verb('filter.delete', [schemas.chain], async ({ host, policy }, chain) => {
    await policy.deleteRules(bridgeOfChain(chain));
    await host.filter.delete(chain);
  }),
  'ingress.list': verb('ingress.list', [], ({ host }) => host.ingress.list()),
  'ingress.create': verb('ingress.create', [schemas.sourceMacDrop], async ({ host, policy, rules }, drop) => {
    requireSourceMacDrop(drop);
    await policy.createDrop(drop.device);
    await rules.setting('ingress', drop.device, () => host.ingress.create(drop));
  }),
  'ingress.delete': verb('ingress.delete', [schemas.sourceMacDrop], async ({ host, policy }, drop) => {
    requireSourceMacDrop(drop);
    await policy.deleteRules(drop.device);
    await host.ingress.delete(drop);
  }),
  'guards.list': verb('guards.list', [], ({ host }) => host.guards.list()),
  'guards.states': verb('guards.states', [], ({ host }) => host.guards.states()),
  'guards.get': verb('guards.get', [schemas.guardedDevice], async ({ host }, device) => {
    requireLinkName(device);
    return host.guards.get(device);
  }),
  'guards.set': verb('guards.set', [schemas.sourceGuard], async ({ host, policy, rules }, asked) => {
    const guard = canonicalGuard(asked);
    await requireGuardable(guard, host, policy);
    const set = () => host.guards.set(guard);
    await (guard.anyDevice ? set() : rules.setting('guard', guard.device, set));
  }),
  'guards.delete': verb('guards.delete', [schemas.deletedGuard], async ({ host }, guard) => {
    requireLinkName(guard.device);
    await host.guards.delete(guard);
  }),
  'pci.interfacesOf': verb('pci.interfacesOf', [schemas.pciAddress], ({ host }, address) =>
    host.pci.interfacesOf(address),
  ),
  'pci.physicalFunctionOf': verb('pci.physicalFunctionOf', [schemas.pciAddress], ({ host }, address) =>
    host.pci.physicalFunctionOf(address),
  ),
  'pci.interfaces': verb('pci.interfaces', [], ({ host }) => host.pci.interfaces()),
  'pci.switchPortOf': verb('pci.switchPortOf', [schemas.text], async ({ host }, name) => {
    requireLinkName(name);
    return host.pci.switchPortOf(name);
  }),
};

/** All verbs by name. */
export const VERB_BY_NAME: ReadonlyMap<string, Verb> = new Map(Object.entries(VERBS));

/** The device in a sysctl key: `br0` in `net/ipv4/conf/br0/arp_ignore`. */
function deviceOfKey(key: string): string {
  return key.split('/')[3] ?? '';
}

/** The bridge of a chain: `br0` for `os-vif-br0`. */
function bridgeOfChain(chain: string): string {
  const bridge = chain.slice('os-vif-'.length);
  requireLinkName(bridge);
  return bridge;
}
