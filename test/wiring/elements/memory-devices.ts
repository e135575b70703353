import { NetlinkError } from '../../../src/errors/kernel.ts';
import { MemoryHost } from '../../../src/host/memory/memory-host.ts';
import type { Host } from '../../../src/host-contract/host.ts';
import { type HostCall, interceptHost } from '../../../src/host-contract/intercept.ts';
import type { Link, NewLink } from '../../../src/host-contract/links.ts';
import { apply } from '../../../src/wiring/apply.ts';
import { check } from '../../../src/wiring/check.ts';
import { remove } from '../../../src/wiring/remove.ts';
import type { Element } from '../../../src/wiring/wiring.ts';

/** A MAC address for a device of the test. */
export const MAC = '02:fe:00:00:00:01';
/** The error of the kernel for a request about a missing device. */
export const GONE = new NetlinkError('a request', 'ENODEV', 'No such device');
/** An element of a missing device: a plug fails here. */
export const FAILS: Element = { kind: 'existing-link', name: 'missing0' };

/** An in-memory host whose calls the test can refuse, and the calls of the engine on it. */
export function given(made: readonly NewLink[] = []) {
  const memory = new MemoryHost();
  const refusals: ((call: HostCall) => Error | undefined)[] = [];
  const host: Host = interceptHost(memory, async (call, proceed) => {
    for (const refusal of refusals) {
      const error = refusal(call);
      if (error) throw error;
    }
    return proceed();
  });
  const context = (owner: string) => ({ host, owner });
  return {
    memory,
    host,
    refusals,
    prepare: async () => {
      for (const link of made) await memory.links.create(link);
    },
    plug: (elements: Element[], owner = 'vif-1') => apply(elements, context(owner)),
    unplug: (elements: Element[], owner = 'vif-1') => remove(elements, context(owner)),
    check: (elements: Element[], owner = 'vif-1') => check(elements, context(owner)),
    names: async () => (await memory.links.list()).map(({ name }) => name).filter((name) => name !== 'lo'),
    link: async (name: string): Promise<Link> => {
      const found = await memory.links.get(name);
      if (found === undefined) throw new Error(`${name} is missing`);
      return found;
    },
  };
}
