/** The decorator of os-vif's own objects. */
import { noteSimpleConstructor } from '../versioned/instances.ts';
import { type VersionedObjectOptions, versionedObject } from '../versioned/versioned-object-decorator.ts';

/**
 * `@versionedObject` in the namespace `os_vif`.
 * The name is required, because a minifier may rename the class.
 */
export function osVifObject(options: VersionedObjectOptions & { name: string }): ReturnType<typeof versionedObject> {
  const declare = versionedObject({ namespace: 'os_vif', objectListBase: 'last', ...options });
  return (objectClass) => {
    noteSimpleConstructor(objectClass);
    declare(objectClass);
  };
}
