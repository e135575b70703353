/** The versions of objects that servers can read, as their refusals tell. */

import { RemoteError } from '../errors/rpc.ts';
import type { Primitive } from '../versioned/codec/primitive.ts';
import { backportWithin, versionAfter } from '../versioned/history/backport-for.ts';
import type { LossOptions } from '../versioned/history/dropped-fields.ts';
import type { VersionedObject } from '../versioned/versioned-object.ts';
import { objectsOf } from './entities.ts';

/** The versions that a server supports, as far as they are known. */
interface Known {
  /** The versions that the server supports, by object name. */
  readonly versions: Map<string, string>;
  /**
   * The time after which the newest versions are tried again, in ms since the start of the process.
   */
  readonly until: number;
}

/** The versions that each server of a client supports. */
export class PeerVersions {
  readonly #options: LossOptions;
  readonly #servers = new Map<string, Known>();

  constructor(options: LossOptions) {
    this.#options = options;
  }

  /** Writes the objects of a call to a server. Undefined if nothing is known of the server. */
  writerFor(server: string): ((object: VersionedObject) => Primitive) | undefined {
    const known = this.#servers.get(server);
    if (known === undefined) return undefined;
    if (performance.now() < known.until) return (object) => backportWithin(object, known.versions, this.#options);
    this.#servers.delete(server);
    return undefined;
  }

  /**
   * Learns from the error of a call. Returns whether the same call should be sent again, with an
   * older version of an object. The repetition is safe, because a server refuses a version before
   * it runs the method.
   */
  learn(server: string, error: unknown, args: unknown): boolean {
    if (!(error instanceof RemoteError) || error.remoteClass !== 'IncompatibleObjectVersion') return false;
    const after = versionAfter(error, objectsOf(args));
    const known = this.#servers.get(server) ?? { versions: new Map(), until: performance.now() + REMEMBERED };
    // A server that refuses the version which it named before would refuse it for ever.
    if (after === undefined || known.versions.get(after.name) === after.version) return false;
    known.versions.set(after.name, after.version);
    this.#servers.set(server, known);
    return true;
  }
}

/**
 * After this time, in ms, the newest versions are tried again: the server may have been upgraded.
 */
const REMEMBERED = 600_000;
