/** The schemas of what the command prints, held to each run of it. */

import { readdirSync, readFileSync } from 'node:fs';
import { Ajv2020, type SchemaObject, type ValidateFunction } from 'ajv/dist/2020.js';
import { bundleSchema } from 'os-vif/schemas';

const FOLDER = new URL('../../schemas/command/', import.meta.url);

/** The verbs whose output has a schema. */
export const VERBS_WITH_SCHEMA: readonly string[] = readdirSync(FOLDER).map((file) => file.replace('.json', ''));

/** Throws if the command printed JSON that the schema of the verb does not allow. */
export async function requireValidOutput([verb = '', ...args]: readonly string[], stdout: string): Promise<void> {
  if (verb === 'watch' && stdout.startsWith('{')) {
    const validate = await validatorFor(verb);
    for (const line of stdout.trimEnd().split('\n')) requireValid(validate, verb, JSON.parse(line));
  }
  const printed = verb === 'watch' ? undefined : parsed(stdout);
  if (printed === undefined || !VERBS_WITH_SCHEMA.includes(verb) || args.includes('--try-kernel')) return;
  requireValid(await validatorFor(verb === 'plug' && args.includes('--dry-run') ? 'plan' : verb), verb, printed);
}

function requireValid(validate: ValidateFunction, verb: string, printed: unknown): void {
  if (validate(printed)) return;
  throw new Error(`os-vif ${verb} printed what its schema does not allow: ${JSON.stringify(validate.errors)}`);
}

/** Undefined for a table, XML or a text. */
function parsed(stdout: string): unknown {
  try {
    return JSON.parse(stdout);
  } catch {
    return undefined;
  }
}

const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, code: { optimize: false } });
const validators = new Map<string, Promise<ValidateFunction>>();

function validatorFor(verb: string): Promise<ValidateFunction> {
  const validator = validators.get(verb) ?? compiled(verb);
  validators.set(verb, validator);
  return validator;
}

async function compiled(verb: string): Promise<ValidateFunction> {
  const schema: SchemaObject = JSON.parse(readFileSync(new URL(`${verb}.json`, FOLDER), 'utf8'));
  return ajv.compile('$ref' in schema ? await bundleSchema(`command/${verb}.json`) : schema);
}
