/** Declares the classes of a project from their Python declarations. */
import {
  type FieldOptions,
  type FieldType,
  field,
  fieldType,
  listOf,
  type MakeCompatible,
  type ObjectClass,
  objectClasses,
  string,
  VersionedObject,
  VersionedObjectList,
  versionedObject,
} from '../../../src/entries/index.ts';
import { compareVersions, minorVersionsUpTo } from '../../../src/versioned/history/version.ts';
import type { ClassFieldData } from './declaration.ts';
import { fieldTypeOf } from './declare-field.ts';
import { anyValue } from './project-types.ts';
import type { ClassDeclaration, ClassRow, Project } from './rows.ts';
import { valueOf } from './values.ts';

/** The class of an object name. */
export type ClassOf = (name: string) => ObjectClass;

/** The history that Python has in code: `obj_make_compatible` of a class. */
export interface History {
  /** Fields of classes without rows, with the version that added them. */
  readonly since?: Readonly<Record<string, string>>;
  readonly makeCompatible?: MakeCompatible;
}

/** The history of classes, by project and class: `nova.PciDevice`. */
export type Histories = Readonly<Record<string, History>>;

/** Declares all classes of a project. Classes of os-vif are those of this library. */
export function declareProject(project: Project, histories: Histories = {}): ClassOf {
  const declared = new Map<string, ObjectClass>();
  const rows = new Map([...project.declarations, ...project.classes].map((row) => [row.class, row]));
  const classOf: ClassOf = (name) => {
    const row = rows.get(name);
    const known = declared.get(name) ?? libraryClass(name, row);
    if (known !== undefined) return known;
    const base = row?.parents?.[0] === undefined ? undefined : classOf(row.parents[0]);
    const made = declareClass(
      row ?? unknownClass(name, project),
      base,
      classOf,
      histories[`${project.project}.${name}`] ?? {},
    );
    declared.set(name, made);
    return made;
  };
  for (const name of rows.keys()) classOf(name);
  return classOf;
}

/** A class that the data leaves out. */
function unknownClass(name: string, { classes: [first] }: Project): ClassDeclaration {
  const { namespace = '', serial_namespace = '' } = first ?? {};
  return { class: name, namespace, serial_namespace, version: '1.0', extends: [], fields: [] };
}

/** Classes of os-vif, also of another project that extends them. */
function libraryClass(name: string, row: ClassDeclaration | undefined): ObjectClass | undefined {
  return (row?.namespace ?? 'os_vif') === 'os_vif' ? objectClasses('os_vif').get(name)?.[0] : undefined;
}

function declareClass(
  row: ClassDeclaration,
  base: ObjectClass | undefined,
  classOf: ClassOf,
  { since, makeCompatible }: History,
): ObjectClass {
  const Base = constructorOf(base ?? (row.extends.includes('ObjectListBase') ? VersionedObjectList : VersionedObject));
  class Declared extends Base {}
  for (const one of row.fields) {
    const type = typeOf(one, classOf);
    Reflect.apply(field(type, optionsOf(one, row, since?.[one.name])), undefined, [
      Declared.prototype,
      propertyOf(one.name, row),
    ]);
  }
  versionedObject({
    name: row.class,
    namespace: row.namespace,
    version: row.version,
    serialNamespace: row.serial_namespace,
    remotable: Object.fromEntries(row.remotable ?? []),
    ...(makeCompatible && { makeCompatible }),
  })(Declared);
  return Declared;
}

/** Python takes more values than this library for these types. The tests of fields tell the differences. */
const LOOSE: Readonly<Record<string, FieldType<unknown>>> = {
  FlexibleListOfDict: listOf(anyValue()),
  PortRanges: anyValue(),
  UUID: string(),
};

function typeOf(one: ClassFieldData, classOf: ClassOf): FieldType<unknown> {
  const loose = one.oslo ? undefined : LOOSE[one.type];
  return loose === undefined ? fieldTypeOf(one, classOf) : fieldType({ extends: loose, osloName: one.type });
}

/** The same class, in a form that another class can extend. */
function constructorOf(base: unknown): typeof VersionedObject {
  const isClass = (value: unknown): value is typeof VersionedObject => typeof value === 'function';
  return isClass(base) ? base : VersionedObject;
}

function optionsOf(one: ClassFieldData, row: ClassDeclaration, known: string | undefined): FieldOptions<unknown> {
  const relationships = row.obj_relationships?.[one.name];
  const childVersions =
    one.name === 'objects' ? row.child_versions : relationships && Object.fromEntries(relationships);
  const since = known ?? (isClassRow(row) ? sinceOf(one.name, row) : undefined);
  return {
    wireName: one.name,
    nullable: one.nullable,
    readOnly: one.read_only === true,
    ...('default' in one && { default: valueOf(one.default) }),
    ...(childVersions && { childVersions }),
    ...(since && { since }),
  };
}

/** `vifName` for `vif_name`. A name that every object has gets an ending. */
function propertyOf(name: string, { extends: bases }: ClassDeclaration): string {
  const property = name.replace(/(?<=.)_([a-z])/g, (_, letter: string) => letter.toUpperCase());
  const prototype = bases.includes('ObjectListBase') ? VersionedObjectList.prototype : VersionedObject.prototype;
  return property in prototype ? `${property}Field` : property;
}

/** The first version with a field, from the backports: Python has it in code. Undefined if none lacks it. */
function sinceOf(name: string, row: ClassRow): string | undefined {
  const lacking = row.backport.flatMap(({ row: index, target_version: target, expect }) => {
    const { primitive } = row.rows[index] ?? {};
    if (primitive === undefined || expect === undefined || expect === 'same') return [];
    const data = `${row.serial_namespace}.data`;
    return has(primitive[data], name) && !has(expect[data], name) ? [target] : [];
  });
  const newest = lacking.sort(compareVersions).at(-1);
  if (newest === undefined) return undefined;
  return minorVersionsUpTo(row.version).find((version) => compareVersions(version, newest) > 0);
}

function isClassRow(row: ClassDeclaration): row is ClassRow {
  return 'backport' in row;
}

function has(data: unknown, name: string): boolean {
  return typeof data === 'object' && data !== null && Object.hasOwn(data, name);
}
