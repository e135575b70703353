/**
 * Checks values against JSON Schemas without code made at run time, which a Content-Security-Policy may forbid.
 * It finds the errors that ajv finds with `allErrors` and `verbose`, in the same order. It leaves out the errors of
 * `anyOf` and `if` themselves, which only repeat others.
 */
import type { ErrorObject } from 'ajv/dist/2020.js';
import { isRecord } from '../../text/is-record.ts';
import type { JsonSchema } from '../model.ts';
import { ASSERTIONS, type Assertion, isOfType } from './assertions.ts';

/** Whether a value is valid. `errors` has the errors of the last call. The own keywords get its `this`. */
export interface Validator {
  (this: unknown, value: unknown): boolean;
  errors?: ErrorObject[] | null;
}

/** A keyword of this library. A valid value is one for which `validate` returns true. */
export interface OwnKeyword {
  readonly keyword: string;
  /** The type of the values that the keyword is for. Absent: any type. */
  readonly type?: 'object';
  validate(this: unknown, setting: unknown, value: unknown, schema?: JsonSchema, place?: Place): boolean;
}

export interface Place {
  /** A JSON Pointer. */
  readonly instancePath: string;
}

/** Prepares the check of a schema without unknown keywords, and in which no `$ref` is left. */
export function interpret(schema: JsonSchema | false, ownKeywords: readonly OwnKeyword[]): Validator {
  const rule = ruleOf(schema, ownKeywords);
  const validator: Validator = function (value) {
    const errors: ErrorObject[] = [];
    const isValid = rule(value, '', { context: this, errors, stopsEarly: false });
    validator.errors = errors;
    return isValid;
  };
  return validator;
}

/** The first keyword that the interpreter does not know, or whose form it does not know. */
export function unknownKeyword(schema: unknown): string | undefined {
  if (!isRecord(schema)) return undefined;
  for (const [keyword, setting] of Object.entries(schema)) {
    const inner = subschemasOf(keyword, setting);
    if (inner === undefined && !isKnown(keyword, setting)) return keyword;
    for (const each of inner ?? []) {
      const unknown = unknownKeyword(each);
      if (unknown !== undefined) return unknown;
    }
  }
  return undefined;
}

function subschemasOf(keyword: string, setting: unknown): readonly unknown[] | undefined {
  if (ONE_SCHEMA.has(keyword)) return [setting];
  if (LISTS.has(keyword) && Array.isArray(setting)) return setting;
  return MAPS.has(keyword) && isRecord(setting) ? Object.values(setting) : undefined;
}

function isKnown(keyword: string, setting: unknown): boolean {
  return ANNOTATIONS.has(keyword) || ASSERTIONS.some((each) => each.keyword === keyword && each.takes(setting));
}

/** Keywords without an effect on the result, and those that are handled apart. */
const ANNOTATIONS: ReadonlySet<string> = new Set([
  ...['$schema', '$id', '$comment', 'title', 'description', 'default', 'examples', 'deprecated', 'readOnly'],
  ...['writeOnly', 'contentMediaType', 'contentEncoding', 'type', 'required', '$ref'],
]);
const ONE_SCHEMA: ReadonlySet<string> = new Set(['not', 'if', 'then', 'else', 'additionalProperties', 'items']);
const LISTS: ReadonlySet<string> = new Set(['anyOf', 'allOf']);
const MAPS: ReadonlySet<string> = new Set(['properties', '$defs']);

/** The check of one value against all schemas of a validator. */
interface Run {
  readonly context: unknown;
  readonly errors: ErrorObject[];
  /** Whether the first error is enough. */
  readonly stopsEarly: boolean;
}

/** Whether the value at a place is valid. Adds its errors to the run. */
type Rule = (value: unknown, path: string, run: Run) => boolean;

type OwnKeywords = readonly OwnKeyword[];

function ruleOf(schema: unknown, own: OwnKeywords): Rule {
  if (schema === false)
    return failing({ keyword: 'false schema', message: 'boolean schema is false', params: {} }, false, false);
  return isRecord(schema) ? all(groupsOf(schema, own)) : () => true;
}

/** ajv checks the keywords for any type first, then those for numbers, for strings, for arrays, and for objects. */
function groupsOf(schema: JsonSchema, own: OwnKeywords): Rule[] {
  const groups: readonly (readonly [type: string | undefined, rules: Rule[]])[] = [
    [undefined, [...assertionsOf(schema, undefined), ...choicesOf(schema, own), ...ownOf(schema, own, undefined)]],
    ['number', assertionsOf(schema, 'number')],
    ['string', assertionsOf(schema, 'string')],
    ['array', [...assertionsOf(schema, 'array'), ...itemsOf(schema, own)]],
    ['object', [...assertionsOf(schema, 'object'), ...namesOf(schema, own), ...propertiesOf(schema, own)]],
  ];
  const used = groups.filter(([, rules]) => rules.length > 0);
  const { type } = schema;
  if (type === undefined) return used.map(([group, rules]) => forType(group, all(rules)));
  const wrongType = failing({ keyword: 'type', message: `must be ${type}`, params: { type } }, type, schema);
  const isAmongGroups = used.some(([group]) => group === type);
  const rules = used.map(([group, rules]) => forType(group, all(rules), group === type ? wrongType : undefined));
  const types = Array.isArray(type) ? type : [type];
  const hasType: Rule = (value, path, run) =>
    types.some((each) => isOfType(value, each)) || wrongType(value, path, run);
  return isAmongGroups ? rules : [hasType, ...rules];
}

function forType(type: string | undefined, rule: Rule, otherwise: Rule = () => true): Rule {
  if (type === undefined) return rule;
  return (value, path, run) => (isOfType(value, type) ? rule : otherwise)(value, path, run);
}

function all(rules: readonly Rule[]): Rule {
  const [only, second] = rules;
  if (only !== undefined && second === undefined) return only;
  return (value, path, run) => {
    let isValid = true;
    for (const rule of rules) {
      if (rule(value, path, run)) continue;
      isValid = false;
      if (run.stopsEarly) break;
    }
    return isValid;
  };
}

type Fault = Required<Pick<ErrorObject, 'keyword' | 'message' | 'params'>>;

function failing({ keyword, message, params }: Fault, setting: unknown, schema: unknown): Rule {
  const parentSchema: object = isRecord(schema) ? schema : {};
  return (data, instancePath, run) => {
    run.errors.push({ keyword, message, params, schemaPath: '', instancePath, schema: setting, parentSchema, data });
    return false;
  };
}

function assertionsOf(schema: JsonSchema, type: Assertion['type']): Rule[] {
  return ASSERTIONS.filter((assertion) => assertion.type === type && schema[assertion.keyword] !== undefined).map(
    ({ keyword, isValid, params, message }) => {
      const setting = schema[keyword];
      const fail = failing({ keyword, message: message(setting), params: params(setting) }, setting, schema);
      return (value, path, run) => isValid(value, setting) || fail(value, path, run);
    },
  );
}

/** `not`, `anyOf`, `allOf`, and `if`, `then` and `else`. */
function choicesOf(schema: JsonSchema, own: OwnKeywords): Rule[] {
  const rules: Rule[] = [];
  const { not, anyOf, allOf } = schema;
  const passes = (rule: Rule, value: unknown, path: string, { context }: Run): boolean =>
    rule(value, path, { context, errors: [], stopsEarly: true });
  if (not !== undefined) {
    const refused = ruleOf(not, own);
    const fail = failing({ keyword: 'not', message: 'must NOT be valid', params: {} }, not, schema);
    rules.push((value, path, run) => !passes(refused, value, path, run) || fail(value, path, run));
  }
  if (Array.isArray(anyOf)) {
    const ways = anyOf.map((way) => ruleOf(way, own));
    rules.push((value, path, run) => {
      const before = run.errors.length;
      if (!ways.some((way) => way(value, path, run))) return false;
      run.errors.length = before;
      return true;
    });
  }
  if (Array.isArray(allOf)) rules.push(all(allOf.map((part) => ruleOf(part, own))));
  if (schema.if !== undefined) {
    const [condition, met, unmet] = [schema.if, schema.then, schema.else].map((part) => ruleOf(part ?? true, own));
    if (condition !== undefined && met !== undefined && unmet !== undefined)
      rules.push((value, path, run) => (passes(condition, value, path, run) ? met : unmet)(value, path, run));
  }
  return rules;
}

function ownOf(schema: JsonSchema, own: OwnKeywords, type: OwnKeyword['type']): Rule[] {
  return own
    .filter((each) => each.type === type && schema[each.keyword] !== undefined)
    .map(({ keyword, validate }) => {
      const setting = schema[keyword];
      const message = `must pass "${keyword}" keyword validation`;
      const fail = failing({ keyword, message, params: { keyword } }, setting, schema);
      return (value, path, run) =>
        validate.call(run.context, setting, value, schema, { instancePath: path }) || fail(value, path, run);
    });
}

function itemsOf({ items }: JsonSchema, own: OwnKeywords): Rule[] {
  if (items === undefined) return [];
  const rule = ruleOf(items, own);
  return [
    (value, path, run) => !Array.isArray(value) || every(value.keys(), run, (i) => rule(value[i], `${path}/${i}`, run)),
  ];
}

/** `required` and `additionalProperties`. */
function namesOf(schema: JsonSchema, own: OwnKeywords): Rule[] {
  const { required, additionalProperties, properties } = schema;
  const rules: Rule[] = (Array.isArray(required) ? required : []).map((missingProperty) => {
    const message = `must have required property '${missingProperty}'`;
    const fail = failing({ keyword: 'required', message, params: { missingProperty } }, required, schema);
    return (value, path, run) => has(value, missingProperty) || fail(value, path, run);
  });
  if (isRecord(additionalProperties)) {
    const rule = ruleOf(additionalProperties, own);
    const known = isRecord(properties) ? properties : {};
    rules.push(
      (value, path, run) =>
        !isRecord(value) ||
        every(
          Object.keys(value).filter((name) => !Object.hasOwn(known, name)),
          run,
          (name) => rule(value[name], at(path, name), run),
        ),
    );
  }
  return rules;
}

/** The own keywords for objects, and `properties`. */
function propertiesOf(schema: JsonSchema, own: OwnKeywords): Rule[] {
  const { properties } = schema;
  const rules = Object.entries(isRecord(properties) ? properties : {}).map(([name, property]): Rule => {
    const rule = ruleOf(property, own);
    return (value, path, run) => !isRecord(value) || !has(value, name) || rule(value[name], at(path, name), run);
  });
  return [...ownOf(schema, own, 'object'), ...rules];
}

function every<T>(items: Iterable<T>, { stopsEarly }: Run, isValid: (item: T) => boolean): boolean {
  let areValid = true;
  for (const item of items) {
    if (isValid(item)) continue;
    areValid = false;
    if (stopsEarly) break;
  }
  return areValid;
}

function has(value: unknown, name: string): boolean {
  return isRecord(value) && value[name] !== undefined && Object.hasOwn(value, name);
}

/** RFC 6901. */
function at(path: string, name: string): string {
  return `${path}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
}
