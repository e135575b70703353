/** Tells whether a path still names the same file. */

import { type BigIntStats, lstatSync } from 'node:fs';

/** Device and inode number. Two files that exist at the same time have different identities. */
export type FileIdentity = `${bigint}:${bigint}`;

export function identityOf({ dev, ino }: BigIntStats): FileIdentity {
  return `${dev}:${ino}`;
}

/**
 * Returns the identity of the file at the path. For a symbolic link, this is the identity of the link itself.
 * Undefined if the path does not exist.
 */
export function fileIdentity(path: string): FileIdentity | undefined {
  const found = lstatSync(path, { bigint: true, throwIfNoEntry: false });
  return found && identityOf(found);
}
