/** One document in which every reference is local: `#/$defs/VIFBase`. */
import type { JsonSchema } from '../versioned/model.ts';

/**
 * A schema with others in its `$defs`. The references between them become local, and no schema has an `$id`. The
 * names in `$defs` are valid in OpenAPI.
 *
 * @param others the schemas by `$id`. A schema that consists of `$defs` alone is replaced by these.
 */
export function withLocalReferences(root: JsonSchema, others: ReadonlyMap<string, JsonSchema>): JsonSchema {
  const local = (value: unknown): unknown => rewritten(value, (reference) => localReference(reference, root.$id));
  const $defs = [...others].flatMap(([id, { $schema: _, $id, $defs: own = {}, ...schema }]): [string, unknown][] => {
    const parts = Object.entries(Object(own));
    return parts.length > 0 ? parts.map(([name, part]) => [name, local(part)]) : [[nameOf(id), local(schema)]];
  });
  const { $id: _, ...document }: JsonSchema = Object(local(root));
  return $defs.length === 0 ? document : { ...document, $defs: Object.fromEntries($defs) };
}

/** `#/$defs/VIFBase` for the `$id` of a schema, and `#/$defs/uuid` for a part of a schema. */
function localReference(reference: string, root: unknown): string {
  const [id = '', part] = reference.split('#', 2);
  if (id === '') return reference;
  if (part !== undefined && part !== '') return `#${part}`;
  return id === root ? '#' : `#/$defs/${nameOf(id)}`;
}

/**
 * `VIFBase` for `os-vif:/schemas/plain/VIFBase.json`, `VIFBase-1.0` for one version, and `AnyVIFBase` for the schema
 * of the class and its subclasses.
 */
function nameOf(id: string): string {
  const [, isAny, name = id] = /^[^:]+:\/schemas\/[^/]+\/(any\/)?(.+)\.json$/.exec(id) ?? [];
  return `${isAny === undefined ? '' : 'Any'}${name.replaceAll('/', '-')}`;
}

function rewritten(value: unknown, rewrite: (reference: string) => string): unknown {
  if (Array.isArray(value)) return value.map((item) => rewritten(item, rewrite));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      key === '$ref' && typeof item === 'string' ? rewrite(item) : rewritten(item, rewrite),
    ]),
  );
}
