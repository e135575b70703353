/** Reads the JSON Schemas in the folder `schemas/` of this package. */

import { readdir, readFile } from 'node:fs/promises';
import { type OptionKinds, requireArgument, requireOptions } from '../errors/argument.ts';
import { SchemaNotFoundError } from '../errors/schema.ts';
import { oneOfValues, TEXT } from '../errors/value-kinds.ts';
import type { JsonSchema } from '../versioned/model.ts';
import { withLocalReferences } from './local-references.ts';

/**
 * The base of every `$id`.
 * `os-vif:/schemas/types.json` is the file `os-vif/schemas/types.json` of the package.
 */
export const SCHEMA_BASE = 'os-vif:/schemas/';

/** The paths of all schemas below `schemas/`, sorted: `primitive/VIFBridge/1.0.json`. */
export async function schemaPaths(): Promise<string[]> {
  known ??= readdir(FOLDER, { recursive: true });
  return (await known).filter((path) => path.endsWith('.json')).sort();
}

/** The files of the package do not change. */
let known: Promise<string[]> | undefined;

/**
 * Reads a schema. It may refer to other schemas by their `$id`.
 *
 * @param path the path below `schemas/`, or the `$id`
 * @throws SchemaNotFoundError
 */
export async function readSchema(path: string): Promise<JsonSchema> {
  requireArgument('readSchema', path, TEXT);
  const wanted = path.startsWith(SCHEMA_BASE) ? path.slice(SCHEMA_BASE.length) : path;
  const paths = await schemaPaths();
  if (!paths.includes(wanted)) throw new SchemaNotFoundError(path, paths);
  const schema: unknown = JSON.parse(await readFile(new URL(wanted, FOLDER), 'utf8'));
  return isSchema(schema) ? schema : {};
}

/** Options of `bundleSchema`. */
export interface BundleOptions {
  /**
   * The references of the document. `id`: the `$id` of a schema, and each schema in `$defs` keeps its `$id`.
   * `local`: `#/$defs/VIFBase`, and no schema has an `$id`. Many tools other than validators need local
   * references: generators of types, OpenAPI. Default: `id`.
   */
  readonly refs?: 'id' | 'local';
}

const OPTIONS: OptionKinds<BundleOptions> = { refs: oneOfValues('id', 'local') };

/**
 * Reads a schema, and puts all schemas to which it refers, directly or indirectly, into its `$defs`.
 * The result is one document for any validator of draft 2020-12.
 *
 * @param path the path below `schemas/`, or the `$id`
 * @throws SchemaNotFoundError
 */
export async function bundleSchema(path: string, options: BundleOptions = {}): Promise<JsonSchema> {
  requireOptions('bundleSchema', options, OPTIONS);
  const root = await readSchema(path);
  const $defs = new Map<string, JsonSchema>();
  const waiting = referencesIn(root);
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    if ($defs.has(id) || id === root.$id) continue;
    const schema = await readSchema(id);
    $defs.set(id, schema);
    waiting.push(...referencesIn(schema));
  }
  if (options.refs === 'local') return withLocalReferences(root, $defs);
  return $defs.size === 0 ? root : { ...root, $defs: { ...Object(root.$defs), ...Object.fromEntries($defs) } };
}

/** Two levels up, both from src/schemas/ and from dist/entries/. */
const FOLDER = new URL('../../schemas/', import.meta.url);

/** The `$id`s of the files that a schema refers to. */
function referencesIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) =>
    key === '$ref' && typeof item === 'string' ? [item.split('#', 1)[0] ?? ''].filter(Boolean) : referencesIn(item),
  );
}

/**
 * A type guard for the content of a schema file: this package writes the files, so any object is a schema.
 */
function isSchema(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null;
}
