/** A host seen through something that watches, delays or refuses what is asked of it. */

import type { Host } from './host.ts';

/** One call of a host's method. */
export interface HostCall {
  readonly port: Exclude<keyof Host, 'close'>;
  readonly method: string;
  readonly args: readonly unknown[];
  /** Whether it changes the host; otherwise it only looks. */
  readonly changes: boolean;
}

/** Stands between caller and host; calls `proceed` when, and if, the host is to be asked. */
export type Interceptor = (call: HostCall, proceed: () => Promise<unknown>) => Promise<unknown>;

const CHANGING = new Set(['create', 'change', 'delete', 'deleteAll', 'changeVirtualFunction', 'move', 'set']);

/** The same host, every call of which goes through the interceptor. */
export function interceptHost(host: Host, interceptor: Interceptor): Host {
  const through = <P extends HostCall['port']>(port: P): Host[P] => intercepted(port, host[port], interceptor);
  return {
    links: through('links'),
    addressing: through('addressing'),
    sysctl: through('sysctl'),
    filter: through('filter'),
    ingress: through('ingress'),
    pci: through('pci'),
    ovsdb: through('ovsdb'),
    close: () => host.close(),
  };
}

function intercepted<T extends object>(port: HostCall['port'], target: T, interceptor: Interceptor): T {
  return new Proxy(target, {
    get(_, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== 'function' || typeof name !== 'string') return member;
      return (...args: unknown[]) => {
        const call: HostCall = { port, method: name, args, changes: CHANGING.has(name) };
        return interceptor(call, async () => Reflect.apply(member, target, args));
      };
    },
  });
}
