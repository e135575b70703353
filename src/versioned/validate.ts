/** Says everything that is wrong with a primitive, where reading it would stop at the first thing. */
import type { Ajv2020, ErrorObject, ValidateFunction } from 'ajv/dist/2020.js';
import { describeValue, OsVifError } from '../errors/base.ts';
import { didYouMean, nearestName } from '../errors/nearest.ts';
import { MAX_DEPTH, versionToRead } from './from-primitive.ts';
import { type JsonSchema, schemaOf } from './json-schema.ts';
import type { ObjectModel } from './model.ts';
import { isRecord, NAME, NAMESPACE, VERSION_KEY } from './primitive.ts';
import { modelFor } from './registry.ts';

/** One thing that is wrong. */
export interface Violation {
  /** Where, as a JSON Pointer (RFC 6901): `/versioned_object.data/address`; empty for the whole. */
  path: string;
  /** What is wrong there: what was found, what was expected. */
  message: string;
}

/**
 * Everything that is wrong with a primitive, checked by ajv against the JSON Schema of its class and version; nothing where it is valid.
 * ajv is loaded by the first call, so that whoever does not validate does not wait for it.
 */
export async function validate(primitive: unknown): Promise<Violation[]> {
  if (!isRecord(primitive))
    return [{ path: '', message: `expected a versioned object, found ${describeValue(primitive)}` }];
  const name = primitive[NAME];
  const version = primitive[VERSION_KEY];
  const namespace = primitive[NAMESPACE];
  const missing = [NAME, NAMESPACE, VERSION_KEY].filter((key) => typeof primitive[key] !== 'string');
  if (typeof name !== 'string' || typeof version !== 'string' || typeof namespace !== 'string') {
    return missing.map((key) => ({
      path: pointer(key),
      message: `expected a string, found ${describeValue(primitive[key])}`,
    }));
  }
  const check = await validatorFor(name, versionToRead(version), namespace);
  if (check instanceof OsVifError) return [{ path: pointer(NAME), message: check.message }];
  if (isDeeperThan(primitive, MAX_DEPTH * LEVELS_AN_OBJECT)) {
    return [{ path: '', message: `expected at most ${MAX_DEPTH} objects within one another, found more` }];
  }
  return check(primitive) ? [] : violations(check.errors ?? []);
}

/** An object on the wire is an envelope, its data, and perhaps a list. */
const LEVELS_AN_OBJECT = 3;

let ajv: Promise<Ajv2020> | undefined;
const validators = new WeakMap<ObjectModel, Map<string, ValidateFunction>>();

async function loadAjv(): Promise<Ajv2020> {
  const { Ajv2020 } = await import('ajv/dist/2020.js');
  return new Ajv2020({ allErrors: true, verbose: true, strict: true });
}

/** Loads ajv where it is not there yet. The schema must refer to nothing outside it. */
export async function compileSchema(schema: JsonSchema): Promise<ValidateFunction> {
  ajv ??= loadAjv();
  return (await ajv).compile(schema);
}

async function validatorFor(name: string, version: string, namespace: string): Promise<ValidateFunction | OsVifError> {
  try {
    const model = modelFor(name, version, namespace);
    const ofModel = validators.get(model) ?? new Map<string, ValidateFunction>();
    const validator = ofModel.get(version) ?? (await compileSchema(schemaOf(model, version)));
    validators.set(model, ofModel.set(version, validator));
    return validator;
  } catch (error) {
    if (error instanceof OsVifError) return error;
    throw error;
  }
}

/** What ajv says, without the errors that only repeat others: of alternatives, and of null where a value is. */
export function violations(errors: readonly ErrorObject[]): Violation[] {
  const found = errors.flatMap((error) => {
    const { keyword, instancePath, params } = error;
    if (keyword === 'if' || keyword === 'anyOf' || (keyword === 'type' && params.type === 'null')) return [];
    const path =
      keyword === 'additionalProperties'
        ? `${instancePath}${pointer(params.additionalProperty)}`
        : keyword === 'required'
          ? `${instancePath}${pointer(params.missingProperty)}`
          : instancePath;
    return [{ path, message: messageOf(error) }];
  });
  return [...new Map(found.map((violation) => [`${violation.path} ${violation.message}`, violation])).values()];
}

function messageOf({ keyword, params, data, message = 'wrong', parentSchema = {}, schema }: ErrorObject): string {
  const found = `found ${describeValue(data)}`;
  const properties: Readonly<Record<string, unknown>> = parentSchema.properties ?? {};
  switch (keyword) {
    case 'additionalProperties':
      return unknownName(params.additionalProperty, properties);
    case 'required':
      return missing(params.missingProperty, properties, isRecord(data) ? Object.keys(data) : []);
    case 'false schema':
      return 'not in this version';
    case 'enum':
      return `expected one of ${params.allowedValues.join(', ')}, ${found}${didYouMean(data, words(params.allowedValues))}`;
  }
  if (typeof parentSchema.description === 'string') return `expected ${parentSchema.description}, ${found}`;
  if (keyword === 'const') return `expected ${describeValue(schema)}, ${found}${didYouMean(data, words([schema]))}`;
  return keyword === 'type' ? `expected ${params.type}, ${found}` : `${message}, ${found}`;
}

/** One that the version does not have yet is no name that was meant. */
function unknownName(name: string, properties: Readonly<Record<string, unknown>>): string {
  const known = Object.keys(properties).filter((key) => properties[key] !== false);
  const meant = didYouMean(name, known);
  if (meant !== '') return `no such name here${meant}`;
  return known.length === 0 ? 'no such name here' : `no such name here, expected one of ${known.join(', ')}`;
}

/** Where another name stands there, it may have been meant. */
function missing(name: string, properties: Readonly<Record<string, unknown>>, given: readonly string[]): string {
  const property = properties[name];
  const meant = nearestName(
    name,
    given.filter((key) => !Object.hasOwn(properties, key)),
  );
  const instead = meant === undefined ? '' : `; ${meant} is there instead`;
  const isTold = isRecord(property) && typeof property.description === 'string';
  return `missing${isTold ? `, expected ${property.description}` : ''}${instead}`;
}

function words(values: readonly unknown[]): string[] {
  return values.filter((value) => typeof value === 'string');
}

function pointer(key: string): string {
  return `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

/** Told without recursion, which deep input would exhaust. */
function isDeeperThan(value: unknown, limit: number): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > limit) return true;
    level = level.flatMap((item) => (typeof item === 'object' && item !== null ? Object.values(item) : []));
  }
  return false;
}
