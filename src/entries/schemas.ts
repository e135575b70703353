/**
 * Reads the JSON Schemas of this package, one by one or bundled into one document.
 *
 * @module os-vif/schemas
 */
export { SchemaNotFoundError } from '../errors/schema.ts';
export { type BundleOptions, bundleSchema, readSchema, SCHEMA_BASE, schemaPaths } from '../schemas/read-schema.ts';
export type { JsonSchema } from '../versioned/model.ts';
