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
    guards: through('guards'),
    pci: through('pci'),
    ovsdb: through('ovsdb'),
    netns: host.netns,
    close: () => host.close(),
  };
}

function intercepted<P extends HostPart>(port: P, target: Host[P], interceptor: Interceptor): Host[P] {
  const decorated = new DECORATORS[port](target, interceptor);
  if (isPart(port, decorated)) return decorated;
  throw new TypeError(`${port} has no methods`);
}

/**
 * A part of a host with an interceptor.
 * There is one class per part, because each call of a plug intercepts the host.
 */
class Decorated {
  readonly target: object;
  readonly interceptor: Interceptor;

  constructor(target: object, interceptor: Interceptor) {
    this.target = target;
    this.interceptor = interceptor;
  }
}

function decoratorOf(port: HostPart): typeof Decorated {
  class DecoratedPart extends Decorated {}
  for (const [method, effect] of Object.entries<Effect>(HOST_METHODS[port])) {
    const changes = effect === 'changes';
    const value = function (this: Decorated, ...args: unknown[]): Promise<unknown> {
      return this.interceptor({ port, method, args, changes }, async () => {
        const member: unknown = Reflect.get(this.target, method);
        return typeof member === 'function' ? Reflect.apply(member, this.target, args) : member;
      });
    };
    // Tests of callers replace methods of a host.
    Object.defineProperty(DecoratedPart.prototype, method, { value, writable: true });
  }
  return DecoratedPart;
}

const DECORATORS: { readonly [P in HostPart]: typeof Decorated } = {
  links: decoratorOf('links'),
  addressing: decoratorOf('addressing'),
  sysctl: decoratorOf('sysctl'),
  filter: decoratorOf('filter'),
  ingress: decoratorOf('ingress'),
  guards: decoratorOf('guards'),
  pci: decoratorOf('pci'),
  ovsdb: decoratorOf('ovsdb'),
};

function isPart<P extends HostPart>(port: P, value: unknown): value is Host[P] {
  return value instanceof DECORATORS[port];
}
