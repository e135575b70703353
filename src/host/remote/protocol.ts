/**
 * The protocol between a RemoteHost and its helper. A frame is a line of JSON. Both sides first send a
 * greeting. Then the RemoteHost sends requests with numbers, and the helper sends answers with the same
 * numbers, in any order.
 */

import type { Host } from '../../host-contract/host.ts';
import type { HostPart } from '../../host-contract/host-methods.ts';

/** The first frame of both sides. */
export const GREETING = { protocol: 'os-vif-helper', version: 1 } as const;

/** The greeting of a helper. `netns` is its network namespace, if its administrator configured one. */
export type HelperGreeting = typeof GREETING & { readonly netns?: string };

/**
 * The largest size of a request in bytes. A request for 10,000 deletions has less than a tenth of this size.
 */
export const MAX_REQUEST = 1 << 20;
/** The largest size of an answer in bytes. A list of 100,000 devices has about half of this size. */
export const MAX_ANSWER = 1 << 26;

/** The largest number of devices in one `links.deleteAll`. A RemoteHost splits longer lists. */
export const MAX_DELETED_TOGETHER = 5000;

/** The longest time in milliseconds that a helper waits for changes. */
export const WAIT_OF_HELPER = 1000;

/**
 * The parts of a host that the helper serves.
 * A client connects to Open vSwitch itself, because ovsdb-server checks its access.
 */
type Port = Exclude<HostPart, 'ovsdb'>;

/** The verbs: one for each method of these parts, such as `links.get`. */
export type VerbName = { [P in Port]: `${P}.${keyof Host[P] & string}` }[Port];

type MethodOf<V extends VerbName> = V extends `${infer P extends Port}.${infer M}`
  ? M extends keyof Host[P]
    ? Host[P][M]
    : never
  : never;

/** The arguments of a verb. */
export type ArgumentsOf<V extends VerbName> = MethodOf<V> extends (...args: infer A) => unknown ? A : never;
/** The result of a verb. */
export type ResultOf<V extends VerbName> = MethodOf<V> extends (...args: never) => Promise<infer R> ? R : never;

/**
 * The answer to a request, which has `id`, `verb` and `args`. An answer without `id` contains the reason why
 * the connection is closed. An answer without value and error means the value undefined.
 */
export interface Answer {
  readonly id?: number;
  readonly value?: unknown;
  readonly error?: ErrorFrame;
}

/** An error in a frame. `reviveError` converts it back. */
export interface ErrorFrame {
  /** The name of the class. */
  readonly name: string;
  readonly code: string;
  readonly message: string;
  /** Only for a KernelError. */
  readonly errno?: string;
  readonly text?: string;
}
