/**
 * Checks values against a JSON Schema, in time that is linear in the size of the value.
 *
 * In Node.js, ajv compiles the schema. Where code may not be compiled, and in browsers, `interpreter.ts` finds the
 * same errors. Only keywords that the interpreter does not know need ajv everywhere.
 *
 * With `allErrors`, ajv copies the errors that it has so far after each `$ref` that fails, and writes the
 * whole path into each error. The time then grows with the square of the number of errors. Here every
 * element of an array, every value of a dict and every object that a `$ref` leads to is a part. A part has
 * a validator of its own, whose errors are counted at once: only those that are told are kept.
 * Most values are valid, so that a validator of the undivided schema, which stops at the first error,
 * checks each value first.
 */
import type { ErrorObject } from 'ajv/dist/2020.js';
import { SchemaCompilationError } from '../../errors/schema.ts';
import { MOST_LISTED } from '../../text/bounds.ts';
import { isRecord } from '../../text/is-record.ts';
import type { JsonSchema } from '../model.ts';
import { mayCompile, prefersCompiler, quickValidator, tellingCompiler } from './compiler.ts';
import { interpret, type OwnKeyword, type Place, unknownKeyword, type Validator } from './interpreter.ts';
import { type Findings, isNoise, shortPointer, type Violation, violationOf, withoutDuplicates } from './violations.ts';

/** The violations of a value; none if it is valid. */
export type Check = (value: unknown) => Findings;

/**
 * Prepares the check of a schema. The schema must refer to nothing outside it, and only to its `$defs`.
 *
 * @throws SchemaCompilationError for a keyword that needs ajv, where code may not be compiled
 */
export function compileCheck(schema: JsonSchema): Check {
  if (prefersCompiler()) return compiledCheck(schema);
  const keyword = unknownKeyword(schema);
  if (keyword === undefined) return tellingCheck(schema, (part) => interpret(part, KEYWORDS));
  if (!mayCompile()) throw new SchemaCompilationError(schema.title, keyword);
  return compiledCheck(schema);
}

function compiledCheck(schema: JsonSchema): Check {
  const isValid = quickValidator(schema);
  let tell: Check | undefined;
  return (value) => {
    if (isValid(value)) return VALID;
    telling ??= tellingCompiler(KEYWORDS);
    tell ??= tellingCheck(schema, telling);
    return tell(value);
  };
}

const VALID: Findings = { violations: [], more: 0 };

let telling: ReturnType<typeof tellingCompiler> | undefined;

function tellingCheck(schema: JsonSchema, prepare: (schema: JsonSchema | false) => Validator): Check {
  const { root, parts } = divide(schema);
  const prepared = new Map<string, Validator>();
  const validatorOf = (name: string): Validator => {
    const known = prepared.get(name);
    if (known !== undefined) return known;
    const validator = prepare(parts.get(name) ?? false);
    prepared.set(name, validator);
    return validator;
  };
  const validateRoot = prepare(root);
  return (value) => {
    const run = new Run(validatorOf);
    const violations = run.violationsIn(validateRoot, value);
    return { violations: withoutDuplicates(violations), more: run.more };
  };
}

/** The keyword in place of the schema of a part. Its value is the name of the part. */
const PART = 'os-vif-part';
/** The same for a part that stands beside the alternative `null`. */
const PART_BESIDE_NULL = 'os-vif-part-beside-null';
/**
 * The keyword in place of `additionalProperties: false`, for which ajv makes an error for each unknown name.
 */
const NAMES = 'os-vif-names';

/** Validators call these functions with the run as `this`. */
const KEYWORDS: readonly OwnKeyword[] = [
  { keyword: PART, validate: isPartValid },
  { keyword: PART_BESIDE_NULL, validate: isNonNullPart },
  { keyword: NAMES, type: 'object', validate: hasNoUnknownNames },
];

function isPartValid(this: unknown, name: unknown, value: unknown, _?: JsonSchema, place?: Place): boolean {
  return this instanceof Run && this.isPartValid(String(name), value, place?.instancePath ?? '');
}

/** Whether the value is a valid part. False for null, which the other alternative accepts: it needs no violations. */
function isNonNullPart(this: unknown, name: unknown, value: unknown, _?: JsonSchema, place?: Place): boolean {
  return value !== null && this instanceof Run && this.isPartValid(String(name), value, place?.instancePath ?? '');
}

/** The check of the keyword NAMES. */
function hasNoUnknownNames(this: unknown, _: unknown, value: unknown, schema?: JsonSchema, place?: Place): boolean {
  const known = schema?.properties ?? {};
  return this instanceof Run && this.noteUnknownNames(Object(known), Object(value), place?.instancePath ?? '');
}

/** The check of one value. */
class Run {
  /** The number of violations that are found, but not told. */
  more = 0;
  /** The number of violations that can still be told. */
  #room = MOST_LISTED;
  /** What was found in the parts of the value that is being validated, by the path of the part in it. */
  #ofParts: Map<string, Violation[]> | undefined;
  /** The unknown names in the value that is being validated, by the path of the object. */
  #unknown: Map<string, string[]> | undefined;
  readonly #validatorOf: (part: string) => Validator;

  constructor(validatorOf: (part: string) => Validator) {
    this.#validatorOf = validatorOf;
  }

  /** The violations of a value that are told. Those that are not told are counted. */
  violationsIn(validate: Validator, value: unknown): Violation[] {
    const [ofParts, unknown] = [this.#ofParts, this.#unknown];
    this.#ofParts = undefined;
    this.#unknown = undefined;
    const found = validate.call(this, value) ? NONE : this.#told(validate.errors ?? []);
    // A validator keeps its last errors, and these hold the value.
    validate.errors = null;
    this.#ofParts = ofParts;
    this.#unknown = unknown;
    return found;
  }

  /** Whether a part is valid, or has only violations that are not told. */
  isPartValid(name: string, value: unknown, path: string): boolean {
    const found = this.violationsIn(this.#validatorOf(name), value);
    if (found.length === 0) return true;
    this.#ofParts ??= new Map();
    this.#ofParts.set(path, found);
    return false;
  }

  /**
   * Notes the names in the object that are not properties. At most `MOST_LISTED` violations are listed, and
   * further ones are only counted in `more`. Returns true if no name was noted.
   */
  noteUnknownNames(properties: object, value: object, path: string): boolean {
    const unknown: string[] = [];
    let count = 0;
    for (const name of Object.keys(value)) {
      if (Object.hasOwn(properties, name)) continue;
      count++;
      if (unknown.length < this.#room) unknown.push(name);
    }
    this.more += count - unknown.length;
    if (unknown.length === 0) return true;
    this.#unknown ??= new Map();
    this.#unknown.set(path, unknown);
    return false;
  }

  #told(errors: readonly ErrorObject[]): Violation[] {
    const told: Violation[] = [];
    const seen = new Set<string>();
    for (const error of errors) {
      if (isNoise(error)) continue;
      if (error.keyword === PART || error.keyword === PART_BESIDE_NULL) told.push(...this.#ofPart(error));
      else if (error.keyword === NAMES) told.push(...this.#unknownNames(error));
      else told.push(...this.#once(error, seen));
    }
    return told;
  }

  /** Errors of the same place and form are one violation. */
  #once(error: ErrorObject, seen: Set<string>): readonly Violation[] {
    const violation = this.#room > 0 ? violationOf(error) : undefined;
    const key = violation === undefined ? placeOf(error) : `${violation.path} ${violation.message}`;
    if (seen.has(key)) return NONE;
    seen.add(key);
    return this.#counted(violation);
  }

  #ofPart({ instancePath }: ErrorObject): Violation[] {
    const path = shortPointer(instancePath);
    const found = this.#ofParts?.get(instancePath) ?? NONE;
    return found.map((violation) => ({ ...violation, path: path + violation.path }));
  }

  #unknownNames(error: ErrorObject): Violation[] {
    const names = this.#unknown?.get(error.instancePath) ?? [];
    return names.flatMap((additionalProperty) => {
      const unknown = { ...error, keyword: 'additionalProperties', params: { additionalProperty } };
      return this.#counted(this.#room > 0 ? violationOf(unknown) : undefined);
    });
  }

  #counted(violation: Violation | undefined): Violation[] {
    if (violation === undefined) {
      this.more++;
      return NONE;
    }
    this.#room--;
    return [violation];
  }
}

const NONE: Violation[] = [];

function placeOf({ keyword, instancePath, params, parentSchema }: ErrorObject): string {
  return `${instancePath}/${params.missingProperty ?? ''} ${parentSchema?.description ?? keyword}`;
}

/** A schema in which a reference to a part stands for each part, and the schemas of the parts. */
interface Divided {
  readonly root: JsonSchema;
  readonly parts: ReadonlyMap<string, JsonSchema>;
}

function divide({ $defs, ...schema }: JsonSchema): Divided {
  const parts = new Map<string, JsonSchema>();
  const inside = (value: unknown, keyword = PART): unknown => {
    if (Array.isArray(value)) return value.map((item) => inside(item, keyword));
    return isRecord(value) ? within(value, keyword) : value;
  };
  const within = (record: JsonSchema, keyword: string): JsonSchema => {
    if (typeof record.$ref === 'string') return { [keyword]: record.$ref };
    return Object.fromEntries(Object.entries(record).map(([key, value]) => divided(key, value)));
  };
  const divided = (key: string, value: unknown): [string, unknown] => {
    if (key === 'additionalProperties' && value === false) return [NAMES, true];
    if (!LOOPS.has(key) || !isRecord(value)) return [key, inside(value, key === 'anyOf' ? PART_BESIDE_NULL : PART)];
    const name = `part ${parts.size}`;
    parts.set(name, {});
    parts.set(name, within(value, PART));
    return [key, { [PART]: name }];
  };
  const root = within(schema, PART);
  for (const [name, definition] of Object.entries(isRecord($defs) ? $defs : {})) {
    parts.set(`#/$defs/${name}`, isRecord(definition) ? within(definition, PART) : {});
  }
  return { root, parts };
}

/** The keywords whose schema holds for each of many values. */
const LOOPS: ReadonlySet<string> = new Set(['items', 'additionalProperties']);
