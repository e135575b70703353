/** A request to rtnetlink, and the error for a request that the kernel refuses. */

import { NetlinkError, PermissionError } from '../../../errors/kernel.ts';
import { errnoText } from '../errno.ts';
import type { Attribute, Message } from './message.ts';

/** A request to rtnetlink. */
export interface Request {
  /** The purpose, for messages: `creation of bridge br0`. */
  readonly what: string;
  readonly type: number;
  /** Flags in addition to NLM_F_REQUEST and NLM_F_ACK. */
  readonly flags: number;
  /** The fixed part, such as struct ifinfomsg. */
  readonly body: Buffer;
  readonly attributes?: readonly Attribute[];
  /** The request changes nothing. Absent: the type tells this, as in rtnetlink(7). */
  readonly reads?: boolean;
}

/** Requests that belong together. The socket sends no other request between them. */
export interface Turn {
  /**
   * Sends the requests as one message, and returns the answer to each request.
   * Throws the error of the first refused request.
   */
  request(...requests: Request[]): Promise<Message[][]>;
  /** Sends queries, and returns the messages that answer each query. A refused query has an empty list. */
  look(requests: readonly Request[]): Promise<Message[][]>;
}

/**
 * Whether the request changes the host. rtnetlink(7): each kind of object has the four messages new, del, get
 * and set, and only get changes nothing.
 */
export function isChange({ type, reads = type % 4 === 2 }: Request): boolean {
  return !reads;
}

/** Returns the error for a refused request. */
export function refusal(what: string, errno: string, text: string): Error {
  if (errno !== 'EPERM' && errno !== 'EACCES') return new NetlinkError(what, errno, text || errnoText(errno));
  return new PermissionError(what, errno, text || errnoText(errno), NEEDS_NET_ADMIN);
}

/** The remedy for EPERM. */
export const NEEDS_NET_ADMIN =
  'this process needs CAP_NET_ADMIN over the network namespace: run it as root or grant the capability';
