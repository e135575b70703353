/** Validation of objects as JSON. Its code is loaded on first use, because most programs validate nothing. */
import type { Violation } from './violations.ts';

export type { Violation } from './violations.ts';

/**
 * Lists the violations of an object in the wire form, or in the plain form with `type`. The list is empty if the
 * object is valid. The wire form is checked against the JSON Schema of its class and version, and the plain form
 * against that of the newest version. The first call loads ajv, which compiles the schema. Browsers, and processes
 * that forbid compiled code, interpret the schema: the violations are the same.
 *
 * The list has at most 100 violations and 15,000 bytes. If there are more, the last entry has an empty path and the
 * message `and N more`. The time is linear in the size of the object, valid or not, up to 1 MiB of JSON at least.
 *
 * @throws SchemaCompilationError if the schema of an own field type needs ajv and code may not be compiled
 */
export async function validate(object: unknown): Promise<Violation[]> {
  const { violationsOf } = await import('./violations-of.ts');
  return violationsOf(object);
}
