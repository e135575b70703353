/** Tells whether a path still names the same file. */

import { type BigIntStats, lstatSync } from 'node:fs';

/** Device and inode number: two files that exist at the same time differ in it. */
export type FileIdentity = `${bigint}:${bigint}`;

export function identityOf({ dev, ino }: BigIntStats): FileIdentity {
  return `${dev}:${ino}`;
}

/** The identity of what the path names, a symbolic link itself included; undefined when there is nothing. */
export function fileIdentity(path: string): FileIdentity | undefined {
  const found = lstatSync(path, { bigint: true, throwIfNoEntry: false });
  return found && identityOf(found);
}
