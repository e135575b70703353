/** Compiles JSON Schemas with ajv, which the first call loads. */
import type { JsonSchema } from '../model.ts';
import type { Check } from './checker.ts';

/** The check of a schema, which must refer to nothing outside it. */
export async function compileSchema(schema: JsonSchema): Promise<Check> {
  const { compileCheck } = await import('./checker.ts');
  return compileCheck(schema);
}
