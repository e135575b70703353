/** All schemas of the package. `npm run schemas` writes them, a test holds the files to them. */
import { bindingSchemas } from './binding-schemas.ts';
import { commandSchemas } from './command-schemas.ts';
import { objectSchemas } from './object-schemas.ts';

/** The text of each file, by its path below `schemas/`. */
export function schemaFiles(): Map<string, string> {
  const schemas = [...objectSchemas(), ...bindingSchemas(), ...commandSchemas()];
  return new Map(schemas.map(([path, schema]) => [path, `${JSON.stringify(schema, null, 2)}\n`]));
}
