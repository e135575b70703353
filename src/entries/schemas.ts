/**
 * The JSON Schemas of this package, as files and as single documents.
 *
 * @module os-vif/schemas
 */
export { SchemaNotFoundError } from '../errors/schema.ts';
export { bundleSchema, readSchema, SCHEMA_BASE, schemaPaths } from '../schemas/read-schema.ts';
export type { JsonSchema } from '../versioned/model.ts';
