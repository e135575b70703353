/** Guards the wire format: a changed object without a new version breaks its peers. */

import { objectClasses } from '../versioned/registry.ts';

/**
 * Compares every declared object with what its fingerprint was when it was last looked at.
 * @param expected object name to `version-md5`; only the newest version of a name is looked at
 * @param namespace of the objects to look at; default: all
 * @returns a line for each that differs, is new, or is gone; none when all is well. Change the version of an object whose
 * fields changed, then its line here.
 */
export function checkVersions(expected: Readonly<Record<string, string>>, namespace?: string): string[] {
  const found = new Map([...objectClasses(namespace)].map(([name, [newest]]) => [name, newest?.fingerprint() ?? '']));
  const names = [...new Set([...Object.keys(expected), ...found.keys()])].sort();
  return names.flatMap((name) => {
    const [want, have] = [expected[name], found.get(name)];
    if (want === have) return [];
    if (want === undefined) return [`${name}: new, its fingerprint is ${have}`];
    return have === undefined
      ? [`${name}: gone, its fingerprint was ${want}`]
      : [`${name}: expected ${want}, is ${have}`];
  });
}
