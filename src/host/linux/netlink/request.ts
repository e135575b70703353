/** A request to rtnetlink, and the error for a request that the kernel refuses. */

import { NetlinkError, PermissionError } from '../../../errors/kernel.ts';
import { errnoText } from '../libc.ts';
import type { Attribute, Message } from './message.ts';

/** A request to rtnetlink. */
export interface Request {
  /** The purpose, for messages: `creation of bridge br0`. */
  readonly what: string;
  readonly type: number;
  /** Flags beside NLM_F_REQUEST and NLM_F_ACK. */
  readonly flags: number;
  /** The fixed part, e.g. struct ifinfomsg. */
  readonly body: Buffer;
  readonly attributes?: readonly Attribute[];
}

/** The requests that belong together: no other request of the socket comes between them. */
export interface Turn {
  /**
   * Sends the requests as one message, and returns the answer to each.
   * Throws for the first one that was refused.
   */
  request(...requests: Request[]): Promise<Message[][]>;
  /** The messages that answer each request for information; empty for a request that the kernel refused. */
  look(requests: readonly Request[]): Promise<Message[][]>;
}

/**
 * rtnetlink(7): each kind of object has four messages - new, del, get, set. Only the third changes nothing.
 */
export function isChange({ type }: Request): boolean {
  return type % 4 !== 2;
}

/** The error for a request that the kernel refused. */
export function refusal(what: string, errno: string, text: string): Error {
  if (errno !== 'EPERM' && errno !== 'EACCES') return new NetlinkError(what, errno, text || errnoText(errno));
  return new PermissionError(what, errno, text || errnoText(errno), NEEDS_NET_ADMIN);
}

/** The remedy for EPERM. */
export const NEEDS_NET_ADMIN =
  'this process needs CAP_NET_ADMIN over the network namespace: run it as root or grant the capability';
