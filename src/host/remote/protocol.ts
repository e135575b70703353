/**
 * What a RemoteHost and its helper say to each other: a line of JSON a frame. Both first say which protocol they speak;
 * then requests go one way and answers the other, each with the number of its request, in any order.
 */

import type { Host } from '../../host-contract/host.ts';
import type { HostPart } from '../../host-contract/host-methods.ts';

/** The first frame of either side. */
export const GREETING = { protocol: 'os-vif-helper', version: 1 } as const;

/** The greeting of a helper. `netns` is the network namespace that it works in, where its administrator gave one. */
export type HelperGreeting = typeof GREETING & { readonly netns?: string };

/** Bytes of a request: that of 10,000 devices to delete has less than a tenth. */
export const MAX_REQUEST = 1 << 20;
/** Bytes of an answer: that about 100,000 devices has about half. */
export const MAX_ANSWER = 1 << 26;

/** Devices of one `links.deleteAll`. A RemoteHost divides longer lists. */
export const MAX_DELETED_TOGETHER = 5000;

/** The parts of a host that the helper serves. A client connects to Open vSwitch itself, because its database checks who may. */
type Port = Exclude<HostPart, 'ovsdb'>;

/** `links.get` and so on: one verb for each method of these parts. */
export type VerbName = { [P in Port]: `${P}.${keyof Host[P] & string}` }[Port];

type MethodOf<V extends VerbName> = V extends `${infer P extends Port}.${infer M}`
  ? M extends keyof Host[P]
    ? Host[P][M]
    : never
  : never;

export type ArgumentsOf<V extends VerbName> = MethodOf<V> extends (...args: infer A) => unknown ? A : never;
export type ResultOf<V extends VerbName> = MethodOf<V> extends (...args: never) => Promise<infer R> ? R : never;

/** The answer to a request, which has `id`, `verb` and `args`; without `id`, why the connection ends. Neither value nor error: the value is undefined. */
export interface Answer {
  readonly id?: number;
  readonly value?: unknown;
  readonly error?: ErrorFrame;
}

/** An error on its way: what `reviveError` makes the same of. */
export interface ErrorFrame {
  /** Name of the class. */
  readonly name: string;
  readonly code: string;
  readonly message: string;
  /** Of a KernelError. */
  readonly errno?: string;
  readonly text?: string;
}
