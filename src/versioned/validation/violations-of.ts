/** Lists the violations of an object as JSON. Reading it would stop at the first violation. */
import { OsVifError } from '../../errors/base.ts';
import { IncompatibleVersionError } from '../../errors/model.ts';
import { adviceOf, advised } from '../../text/advice.ts';
import { describeValue } from '../../text/describe-value.ts';
import { isRecord } from '../../text/is-record.ts';
import { DEFAULT_ENVELOPE, type Envelope, envelopeIn } from '../codec/envelope.ts';
import { MAX_DEPTH, versionToRead } from '../codec/from-primitive.ts';
import { withoutPatch } from '../history/version.ts';
import { schemaOf } from '../json-schema.ts';
import type { ObjectModel } from '../model.ts';
import { modelFor, newestModel } from '../registry.ts';
import type { Check } from './checker.ts';
import { compileSchema } from './compile-schema.ts';
import { listOf, pointer, type Violation } from './violations.ts';

/** The violations of an object in the wire form or in the plain form, as `validate` returns them. */
export async function violationsOf(object: unknown): Promise<Violation[]> {
  if (!isRecord(object)) return [{ path: '', message: `expected a versioned object, found ${describeValue(object)}` }];
  const keys = envelopeIn(object);
  return keys === undefined && typeof object.type === 'string'
    ? validatePlain(object, object.type)
    : validatePrimitive(object, keys ?? DEFAULT_ENVELOPE);
}

async function validatePlain(plain: Record<string, unknown>, type: string): Promise<Violation[]> {
  const model = resultOrError(() => newestModel(type));
  if (model instanceof OsVifError) return [violationOf(model, '/type')];
  if (isDeeperThan(plain, MAX_DEPTH * LEVELS_AN_OBJECT)) return [TOO_DEEP];
  const check = await checkFor(model, model.version, 'plain');
  return listOf(check(plain));
}

async function validatePrimitive(primitive: Record<string, unknown>, keys: Envelope): Promise<Violation[]> {
  const { [keys.name]: name, [keys.version]: version, [keys.namespace]: namespace } = primitive;
  const missing = [keys.name, keys.namespace, keys.version].filter((key) => typeof primitive[key] !== 'string');
  if (typeof name !== 'string' || typeof version !== 'string' || typeof namespace !== 'string') {
    return missing.map((key) => ({
      path: pointer(key),
      message: `expected a string, found ${describeValue(primitive[key])}`,
    }));
  }
  const read = versionToRead(version);
  const model = resultOrError(() => modelFor(name, read, namespace));
  if (model instanceof OsVifError) {
    const key = model instanceof IncompatibleVersionError ? keys.version : keys.name;
    return [violationOf(model, pointer(key))];
  }
  if (model.envelope !== keys) {
    const { serialNamespace } = model.envelope;
    const message = `expected the serial namespace ${serialNamespace} of ${model.name}, found ${keys.serialNamespace}`;
    return [{ path: pointer(keys.name), message }];
  }
  if (isDeeperThan(primitive, MAX_DEPTH * LEVELS_AN_OBJECT)) return [TOO_DEEP];
  // 1.00 is read as 1.0: only versions in their usual form have a check of their own, so that there are few.
  const usual = withoutPatch(read);
  const check = await checkFor(model, usual, 'primitive');
  return listOf(check(read === usual ? primitive : { ...primitive, [keys.version]: usual }));
}

/** An object on the wire is an envelope, its data, and perhaps a list. */
const LEVELS_AN_OBJECT = 3;

const TOO_DEEP: Violation = {
  path: '',
  message: `expected at most ${MAX_DEPTH} objects within one another, found more`,
};

const checks = new WeakMap<ObjectModel, Map<string, Promise<Check>>>();

function checkFor(model: ObjectModel, version: string, form: 'primitive' | 'plain'): Promise<Check> {
  const ofModel = checks.get(model) ?? new Map<string, Promise<Check>>();
  const key = `${form} ${version}`;
  const check = ofModel.get(key) ?? compileSchema(schemaOf(model, version, { form }));
  checks.set(model, ofModel.set(key, check));
  return check;
}

function violationOf(error: OsVifError, path: string): Violation {
  return advised({ path, message: error.message }, adviceOf(error));
}

function resultOrError<T>(find: () => T): T | OsVifError {
  try {
    return find();
  } catch (error) {
    if (error instanceof OsVifError) return error;
    throw error;
  }
}

/** Works without recursion, which deep input would exhaust. */
function isDeeperThan(value: object, limit: number): boolean {
  let level = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth >= limit) return true;
    const next: object[] = [];
    for (const item of level) {
      // The time of Object.values() grows faster than the number of keys.
      const children: readonly unknown[] = Array.isArray(item)
        ? item
        : Object.keys(item).map((key) => Reflect.get(item, key));
      for (const child of children) if (typeof child === 'object' && child !== null) next.push(child);
    }
    level = next;
  }
  return false;
}
