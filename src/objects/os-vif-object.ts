/** How os-vif's own objects are declared. */
import { type VersionedObjectOptions, versionedObject } from '../versioned/versioned-object-decorator.ts';

/** `@versionedObject` in the namespace `os_vif`. The name is said, so that a minifier that renames classes changes nothing on the wire. */
export function osVifObject(options: VersionedObjectOptions & { name: string }): ReturnType<typeof versionedObject> {
  return versionedObject({ namespace: 'os_vif', ...options });
}
