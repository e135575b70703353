/** Makes validators with ajv, which compiles each schema to JavaScript code. */
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { JsonSchema } from '../model.ts';
import type { OwnKeyword, Validator } from './interpreter.ts';

/** Without the optimizer of ajv, a schema is compiled in two thirds of the time, and checks take the same time. */
const CODE = { optimize: false };

/** A validator that stops at the first error. */
export function quickValidator(schema: JsonSchema): Validator {
  quick ??= new Ajv2020({ strict: true, ownProperties: true, code: CODE });
  return quick.compile(schema);
}

let quick: Ajv2020 | undefined;

/** Makes validators that go on after an error, and that know further keywords. */
export function tellingCompiler(ownKeywords: readonly OwnKeyword[]): (schema: JsonSchema | false) => Validator {
  const ajv = new Ajv2020({
    allErrors: true,
    verbose: true,
    strict: true,
    ownProperties: true,
    passContext: true,
    code: CODE,
  });
  for (const own of ownKeywords)
    ajv.addKeyword({ ...own, errors: false, ...(own.type === 'object' && { before: 'properties' }) });
  return (schema) => ajv.compile(schema);
}

/** Whether this process or page allows code that is made at run time. A browser prints each refusal. */
export function mayCompile(): boolean {
  try {
    new Function('');
    return true;
  } catch {
    return false;
  }
}

/** Whether ajv is the first choice. Only Node.js and its like can tell quietly whether it works. */
export function prefersCompiler(): boolean {
  return typeof process !== 'undefined' && process.versions?.node !== undefined && mayCompile();
}
