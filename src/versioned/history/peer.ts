/**
 * The manifest of a peer. A program mostly writes many objects for the same peer, so each class
 * remembers how it was written for the last one.
 */

import { ArgumentError } from '../../errors/argument.ts';
import { describeValue } from '../../text/describe-value.ts';
import { isVersion } from '../version.ts';

/** Versions by object name. */
export type Manifest = Readonly<Record<string, string>>;

/** A peer with a manifest. As long as its manifests have the same contents, it is the same object. */
export interface Peer {
  manifest: Manifest;
  readonly names: readonly string[];
  readonly versions: readonly unknown[];
}

/** The peer with this manifest. Undefined if the manifest is absent or empty. */
export function peerOf(manifest: Manifest | undefined): Peer | undefined {
  if (manifest === undefined) return undefined;
  if (lastPeer !== undefined && hasContents(manifest, lastPeer)) lastPeer.manifest = manifest;
  else {
    const names: string[] = [];
    for (const name in manifest) names.push(name);
    if (names.length === 0) return undefined;
    lastPeer = { manifest, names, versions: names.map((name) => manifest[name]) };
  }
  return lastPeer;
}

/** It has at least one name. */
let lastPeer: Peer | undefined;

/** Whether a manifest has the same names and versions, in the same order. */
function hasContents(manifest: Manifest, { names, versions }: Peer): boolean {
  let i = 0;
  // Lists of the names and values would take a tenth of the time of a backport.
  for (const name in manifest) {
    if (name !== names[i] || manifest[name] !== versions[i]) return false;
    i++;
  }
  return i === names.length;
}

/** The version of a class in the manifest. Throws {@link ArgumentError} for a value that is no version. */
export function versionFor({ manifest }: Peer, name: string): string | undefined {
  const version: unknown = manifest[name];
  if (isVersion(version)) return version;
  // A property that every object inherits is no entry.
  if (version === undefined || !Object.hasOwn(manifest, name)) return undefined;
  throw new ArgumentError(
    'versionManifest',
    `expected a version such as 1.0 for ${name}, found ${describeValue(version)}`,
  );
}
