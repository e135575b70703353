/** The `@versionedObject` decorator: compiles the declarations of a class and registers the class. */

import { type OptionKinds, requireOptions } from '../errors/argument.ts';
import { DeclarationError } from '../errors/model.ts';
import { FUNCTION, OBJECT, oneOfValues, TEXT } from '../errors/value-kinds.ts';
import { assign } from './assign.ts';
import { DEFAULT_ENVELOPE, envelopeOf } from './codec/envelope.ts';
import { declarePlainClass } from './codec/plain.ts';
import { ownDeclarations, refuseStandardDecorator } from './field.ts';
import { compareVersions, isVersion } from './history/version.ts';
import { makerOf } from './instances.ts';
import {
  type Field,
  type FieldDeclaration,
  type MakeCompatible,
  MODEL,
  NO_OBJECTS,
  nothingRead,
  type ObjectModel,
  STATE,
} from './model.ts';
import type { ObjectClass } from './object-class.ts';
import { register } from './registry.ts';
import { VersionedObject } from './versioned-object.ts';
import { VersionedObjectList } from './versioned-object-list.ts';

/** Options of a class of versioned objects. */
export interface VersionedObjectOptions {
  /** The newest version, `major.minor`. */
  version: string;
  /** The name on the wire. Default: the name of the class. Set it if a minifier may rename the class. */
  name?: string;
  /**
   * The namespace of the object, for example `kuryr_kubernetes`. Default: the namespace of the base class.
   */
  namespace?: string;
  /**
   * The prefix of the keys on the wire, for example `nova_object`: OBJ_SERIAL_NAMESPACE in Python.
   * Default: the prefix of the base class, or `versioned_object`.
   */
  serialNamespace?: string;
  /**
   * For lists: the place of ObjectListBase among the base classes in Python. `first` is usual: a new list has no
   * elements, a changed element changes the list, and elements of a list without `childVersions` are backported
   * to 1.0. os-vif's lists have `last`. Default: that of the base class, or `first`.
   */
  objectListBase?: 'first' | 'last';
  /**
   * The version of the base class for each version of this class from there on:
   * `{ '1.0': '1.0', '1.2': '1.1' }`. Default: the same version number as this class.
   */
  baseVersions?: Readonly<Record<string, string>>;
  /**
   * Converts the data of a backport where the declarations cannot express the history: a renamed field, a value
   * that older versions do not know. It is called for older versions, and with a manifest also for the version of
   * the object. Functions of base classes are called first, with the version of the base class.
   */
  makeCompatible?: MakeCompatible;
  /**
   * The remotable methods of the Python class, which count in its fingerprint: each name with what
   * `repr(oslo_versionedobjects.fixture.get_method_spec(method))` prints. Those of base classes are inherited.
   */
  remotable?: Readonly<Record<string, string>>;
}

/** The options of a class of versioned objects. */
export const CLASS_OPTIONS: OptionKinds<VersionedObjectOptions> = {
  version: TEXT,
  name: TEXT,
  namespace: TEXT,
  serialNamespace: TEXT,
  objectListBase: oneOfValues('first', 'last'),
  baseVersions: OBJECT,
  makeCompatible: FUNCTION,
  remotable: OBJECT,
};

/**
 * Declares a class of versioned objects.
 * Its fields are the properties with `@field`, including inherited ones.
 *
 * @throws DeclarationError for an invalid declaration; the message contains the correction
 */
export function versionedObject(options: VersionedObjectOptions): <T extends ObjectClass>(objectClass: T) => void {
  requireOptions('versionedObject', options, CLASS_OPTIONS);
  // A compiler with standard decorators passes a context as the second argument.
  return (objectClass, ...context: unknown[]) => {
    refuseStandardDecorator(context[0]);
    const model = compile(objectClass, options);
    const { prototype } = objectClass;
    for (const field of model.fields) {
      if (model.base?.byName.get(field.name) === field) continue;
      defineProperty(prototype, field);
    }
    Object.defineProperty(prototype, MODEL, { value: model });
    refuseShadowedFields(model);
    register(model);
    declarePlainClass(model);
  };
}

/** The default namespace of oslo.versionedobjects. */
const DEFAULT_NAMESPACE = 'versionedobjects';

function compile(objectClass: ObjectClass, options: VersionedObjectOptions): ObjectModel {
  const { prototype } = objectClass;
  const base = prototype[MODEL];
  const name = options.name ?? objectClass.name;
  const refuse = (why: string) => new DeclarationError(`${name}: ${why}`);
  if (!(prototype instanceof VersionedObject)) throw refuse('a versioned object must extend VersionedObject');
  if (!isVersion(options.version)) throw refuse('version must be a version such as 1.0');
  if (options.serialNamespace === '') throw refuse('serialNamespace must be a prefix such as nova_object');
  const objectListBase = options.objectListBase ?? base?.objectListBase ?? 'first';
  const isList = prototype instanceof VersionedObjectList;
  const isOwnList = isList && objectListBase === 'first';
  const fields = new Map<string, Field>(base?.byName);
  for (const declaration of declarationsUpTo(prototype, base)) {
    const inherited = fields.get(declaration.name);
    if (inherited === undefined && declaration.name in prototype) {
      throw refuse(
        `${declaration.name} cannot be the name of a field, because every object has a property of this name: rename it, and set wireName: '${declaration.wireName}'`,
      );
    }
    if (compareVersions(declaration.since, options.version) > 0) {
      throw refuse(`${declaration.name} has since ${declaration.since}, but the version is ${options.version}`);
    }
    const index = inherited?.index ?? fields.size;
    fields.set(declaration.name, {
      ...declaration,
      ...(isOwnList && declaration.name === 'objects' && { initial: declaration.initial ?? NO_OBJECTS }),
      index,
    });
  }
  const construct: unknown = objectClass;
  if (!isConstructor(construct)) throw refuse('a versioned object must be a class');
  const envelope =
    options.serialNamespace === undefined ? (base?.envelope ?? DEFAULT_ENVELOPE) : envelopeOf(options.serialNamespace);
  const ordered = [...fields.values()].sort((a, b) => a.index - b.index);
  const byWireName = new Map(ordered.map((field) => [field.wireName, field]));
  const byPlainName = new Map(ordered.map((field) => [field.plainName, field]));
  const twice = ordered.find((field) =>
    [byWireName.get(field.wireName), byPlainName.get(field.plainName)].some((other) => other !== field),
  );
  if (twice) throw refuse(`two fields have the wire name or plain name of ${twice.name}: rename one, or set wireName`);
  return {
    name,
    namespace: options.namespace ?? base?.namespace ?? DEFAULT_NAMESPACE,
    version: options.version,
    envelope,
    fields: ordered,
    byName: fields,
    byWireName,
    byPlainName,
    names: new Set([name, ...(base?.names ?? [])]),
    base,
    makeCompatible: options.makeCompatible,
    remotable: new Map([...(base?.remotable ?? []), ...Object.entries(options.remotable ?? {})]),
    baseVersions: Object.entries(options.baseVersions ?? {}).sort(([a], [b]) => compareVersions(a, b)),
    isList,
    objectListBase,
    ownList: isOwnList ? fields.get('objects') : undefined,
    objectClass,
    construct,
    unset: ordered.map(() => undefined),
    wireNames: ordered.map(({ wireName }) => wireName),
    readers: ordered.map(({ type }) => type.read),
    writers: ordered.map(({ type }) => type.write),
    make: makerOf(objectClass, base),
    lastOrder: { names: [], indexes: [] },
    lastDelta: undefined,
    lastPeer: undefined,
    lastRead: nothingRead(),
    hasInitials: ordered.some(({ initial }) => initial !== undefined),
  };
}

/**
 * The declarations of a class and of its mixins up to the base, the most basic class first.
 * A mixin is not declared itself.
 */
function declarationsUpTo(prototype: object, base: ObjectModel | undefined): FieldDeclaration[] {
  const end: unknown = base?.objectClass.prototype;
  const declarations: FieldDeclaration[] = [];
  for (let level: unknown = prototype; isObject(level) && level !== end; level = Object.getPrototypeOf(level)) {
    declarations.unshift(...ownDeclarations(level));
  }
  return declarations;
}

function defineProperty(prototype: object, field: Field): void {
  const { expose } = field.type;
  Object.defineProperty(prototype, field.name, {
    configurable: true,
    enumerable: true,
    get(this: VersionedObject) {
      const value = this[STATE].values[field.index];
      return expose === undefined || value === undefined || value === null ? value : expose(value);
    },
    set(this: VersionedObject, value: unknown) {
      assign(this, field, value);
    },
  });
}

/**
 * Throws if the compiler defines class fields on the instance.
 * They would hide the accessors, and all values would be lost.
 */
function refuseShadowedFields(model: ObjectModel): void {
  const object = new model.construct({});
  const shadowed = model.fields.find((field) => Object.hasOwn(object, field.name));
  if (shadowed === undefined) return;
  throw new DeclarationError(
    `${model.name}.${shadowed.name} is hidden by a class field: compile with "useDefineForClassFields": false, or write \`declare ${shadowed.name}\``,
  );
}

function isConstructor(value: unknown): value is ObjectModel['construct'] {
  return typeof value === 'function';
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
