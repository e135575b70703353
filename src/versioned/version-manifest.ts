/** What an object and all that it can hold are at, for a peer that backports for us. */
import { newestModel } from './registry.ts';

/**
 * The newest version of an object and of everything that its fields were declared to hold, by name: what to send to a peer as manifest.
 * As upstream's `obj_tree_get_versions`.
 *
 * @throws UnsupportedObjectError where no class has the name
 */
export function versionManifest(name: string, namespace?: string): Record<string, string> {
  const manifest: Record<string, string> = {};
  const visit = (objectName: string, owner: string | undefined) => {
    if (Object.hasOwn(manifest, objectName)) return;
    const model = newestModel(objectName, owner);
    manifest[objectName] = model.version;
    for (const { type } of model.fields) if (type.object) visit(type.object.name, type.object.objectClass.namespace);
  };
  visit(name, namespace);
  return manifest;
}
