/** A host whose calls go through a function that watches, delays or refuses them. */

import type { Host } from './host.ts';
import { type Effect, HOST_METHODS, type HostPart } from './host-methods.ts';

/** One call of a method of a host. */
export interface HostCall {
  readonly port: HostPart;
  readonly method: string;
  readonly args: readonly unknown[];
  /** Whether the call changes the host. */
  readonly changes: boolean;
}

/** Receives each call before the host. It calls `proceed` to let the host run the call. */
export type Interceptor = (call: HostCall, proceed: () => Promise<unknown>) => Promise<unknown>;

/** The same host with the interceptor in front of each method except `close`. */
export function interceptHost(host: Host, interceptor: Interceptor): Host {
  const through = <P extends HostPart>(port: P): Host[P] => intercepted(port, host[port], interceptor);
  return {
    links: through('links'),
    addressing: through('addressing'),
    sysctl: through('sysctl'),
    filter: through('filter'),
    ingress: through('ingress'),
    pci: through('pci'),
    ovsdb: through('ovsdb'),
    netns: host.netns,
    close: () => host.close(),
  };
}

function intercepted<P extends HostPart>(port: P, target: Host[P], interceptor: Interceptor): Host[P] {
  const methods = Object.entries<Effect>(HOST_METHODS[port]).map(([method, effect]) => [
    method,
    (...args: unknown[]) =>
      interceptor({ port, method, args, changes: effect === 'changes' }, async () => {
        const member: unknown = Reflect.get(target, method);
        return typeof member === 'function' ? Reflect.apply(member, target, args) : member;
      }),
  ]);
  const decorated: unknown = Object.fromEntries(methods);
  if (isPart(port, decorated)) return decorated;
  throw new TypeError(`${port} has no methods`);
}

function isPart<P extends HostPart>(port: P, value: unknown): value is Host[P] {
  return typeof value === 'object' && value !== null && Object.keys(HOST_METHODS[port]).every((name) => name in value);
}
