/**
 * Checks values against a JSON Schema with ajv, in time that is linear in the size of the value.
 *
 * With `allErrors`, ajv copies the errors that it has so far after each `$ref` that fails, and writes the whole path into each error. The
 * time then grows with the square of the number of errors. Here every element of an array, every value of a dict and every object that
 * a `$ref` leads to is a part: ajv checks it by a validator of its own, which hands over at most as many violations as are told.
 */
import type { Ajv2020, ErrorObject, ValidateFunction } from 'ajv/dist/2020.js';
import { MOST_LISTED } from '../errors/bounds.ts';
import type { JsonSchema } from './json-schema.ts';
import { isRecord } from './primitive.ts';
import { type Findings, isNoise, shortPointer, type Violation, violationOf, withoutDuplicates } from './violations.ts';

/** The violations of a value; none if it is valid. */
export type Check = (value: unknown) => Findings;

/** An ajv that {@link compileCheck} can use. */
export function createAjv(Ajv: typeof Ajv2020): Ajv2020 {
  const ajv = new Ajv({ allErrors: true, verbose: true, strict: true, passContext: true });
  return ajv.addKeyword({ keyword: PART, schemaType: 'string', errors: false, validate: isPartValid });
}

/** Compiles a schema. The schema must refer to nothing outside it, and only to its `$defs`. */
export function compileCheck(ajv: Ajv2020, schema: JsonSchema): Check {
  const { root, parts } = divide(schema);
  const compiled = new Map<string, ValidateFunction>();
  const validatorOf = (name: string): ValidateFunction => {
    const validator = compiled.get(name) ?? ajv.compile(parts.get(name) ?? false);
    compiled.set(name, validator);
    return validator;
  };
  const validateRoot = ajv.compile(root);
  return (value) => {
    const run = new Run(validatorOf);
    const violations = run.violationsIn(validateRoot, value);
    return { violations: withoutDuplicates(violations), more: run.more };
  };
}

/** The keyword that stands for the schema of a part; its value is the part's name. */
const PART = 'os-vif-part';

/** ajv calls it for each part, with the run as its context. */
function isPartValid(this: unknown, name: string, value: unknown, _schema?: unknown, place?: { instancePath: string }) {
  return this instanceof Run && this.isPartValid(name, value, place?.instancePath ?? '');
}

/** The check of one value. */
class Run {
  /** The number of violations that are found, but not told. */
  more = 0;
  /** The number of violations that can still be told. */
  #room = MOST_LISTED;
  /** The violations of the parts of the value that is being validated, by the path of the part in it. */
  #ofParts = new Map<string, Violation[]>();
  readonly #validatorOf: (part: string) => ValidateFunction;

  constructor(validatorOf: (part: string) => ValidateFunction) {
    this.#validatorOf = validatorOf;
  }

  /** The violations of a value that are told. Those that are not told are counted. */
  violationsIn(validate: ValidateFunction, value: unknown): Violation[] {
    const outer = this.#ofParts;
    this.#ofParts = new Map();
    const errors = errorsOf(validate, value, this);
    const found = errors.length === 0 ? [] : this.#told(errors);
    this.#ofParts = outer;
    return found;
  }

  /** Whether a part is valid, or has only violations that are not told. */
  isPartValid(name: string, value: unknown, path: string): boolean {
    const validate = this.#validatorOf(name);
    // Null may be allowed beside the part, and is no violation then. Whether it is one shows later.
    if (value === null) return errorsOf(validate, null, this).length === 0;
    const found = this.violationsIn(validate, value);
    if (found.length > 0) this.#ofParts.set(path, found);
    return found.length === 0;
  }

  #told(errors: readonly ErrorObject[]): Violation[] {
    const told: Violation[] = [];
    const seen = new Set<string>();
    for (const error of errors) {
      if (isNoise(error)) continue;
      if (error.keyword === PART) {
        told.push(...this.#ofPart(error));
        continue;
      }
      const violation = this.#room > 0 ? violationOf(error) : undefined;
      const key = violation === undefined ? placeOf(error) : `${violation.path} ${violation.message}`;
      if (seen.has(key)) continue;
      seen.add(key);
      if (violation === undefined) this.more++;
      else {
        this.#room--;
        told.push(violation);
      }
    }
    return told;
  }

  #ofPart({ instancePath, schema, data }: ErrorObject): Violation[] {
    const found = this.#ofParts.get(instancePath) ?? this.violationsIn(this.#validatorOf(String(schema)), data);
    const path = shortPointer(instancePath);
    return found.map((violation) => ({ ...violation, path: path + violation.path }));
  }
}

/** A validator keeps its last errors, and these hold the value: they are taken away from it. */
function errorsOf(validate: ValidateFunction, value: unknown, run: Run): readonly ErrorObject[] {
  if (validate.call(run, value)) return [];
  const { errors } = validate;
  validate.errors = null;
  return errors ?? [];
}

/** Errors of the same place and form are one violation. */
function placeOf({ keyword, instancePath, params, parentSchema }: ErrorObject): string {
  const name = params.additionalProperty ?? params.missingProperty ?? '';
  return `${instancePath}/${name} ${parentSchema?.description ?? keyword}`;
}

/** A schema in which a reference to a part stands for each part, and the schemas of the parts. */
interface Divided {
  readonly root: JsonSchema;
  readonly parts: ReadonlyMap<string, JsonSchema>;
}

function divide({ $defs, ...schema }: JsonSchema): Divided {
  const parts = new Map<string, JsonSchema>();
  const separate = (part: unknown): JsonSchema => {
    const name = `${parts.size}`;
    parts.set(name, {});
    parts.set(name, within(part));
    return { [PART]: name };
  };
  const within = (part: unknown): JsonSchema => {
    const divided = inside(part);
    return isRecord(divided) ? divided : {};
  };
  const inside = (part: unknown): unknown => {
    if (Array.isArray(part)) return part.map(inside);
    if (!isRecord(part)) return part;
    if (typeof part.$ref === 'string') return { [PART]: part.$ref };
    return Object.fromEntries(
      Object.entries(part).map(([key, value]) => [
        key,
        LOOPS.has(key) && isRecord(value) ? separate(value) : inside(value),
      ]),
    );
  };
  const root = within(schema);
  for (const [name, definition] of Object.entries(isRecord($defs) ? $defs : {})) {
    parts.set(`#/$defs/${name}`, within(definition));
  }
  return { root, parts };
}

/** The keywords whose schema holds for each of many values. */
const LOOPS: ReadonlySet<string> = new Set(['items', 'additionalProperties']);
