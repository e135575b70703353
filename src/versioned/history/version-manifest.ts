/** Lists the newest versions of an object and its children, for a peer that backports to them. */

import { requireArgument } from '../../errors/argument.ts';
import { TEXT } from '../../errors/value-kinds.ts';
import { isObjectOrList } from '../children.ts';
import { newestModel } from '../registry.ts';

/**
 * The newest versions of an object and of all classes in its fields, by name. Classes in dicts and sets are left
 * out, as upstream, because their objects are not backported.
 * Send the result to a peer as its manifest. Upstream: `obj_tree_get_versions`.
 *
 * @throws UnsupportedObjectError if no class has the name
 */
export function versionManifest(name: string, namespace?: string): Record<string, string> {
  requireArgument('versionManifest', name, TEXT);
  const manifest: Record<string, string> = {};
  const visit = (objectName: string, owner: string | undefined) => {
    if (Object.hasOwn(manifest, objectName)) return;
    const model = newestModel(objectName, owner);
    manifest[objectName] = model.version;
    for (const { type } of model.fields) {
      if (type.object && isObjectOrList(type)) visit(type.object.name, type.object.objectClass.namespace);
    }
  };
  visit(name, namespace);
  return manifest;
}
