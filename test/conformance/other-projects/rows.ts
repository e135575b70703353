/** The rows that Python wrote for classes of other projects; README.md beside this file gives their format. */
import { vectors } from '../vectors.ts';
import type { ClassData, FieldTypeData } from './declaration.ts';

/** A primitive of any serial namespace. */
export type AnyPrimitive = Readonly<Record<string, unknown>>;

/** A class, as Python declares it. */
export interface ClassDeclaration extends ClassData {
  readonly serial_namespace: string;
  readonly namespace: string;
  readonly version: string;
  readonly extends: readonly string[];
  readonly parents?: readonly string[];
  readonly obj_relationships?: Readonly<Record<string, readonly (readonly [own: string, child: string])[]>>;
  readonly child_versions?: Readonly<Record<string, string>>;
  readonly remotable?: readonly (readonly [name: string, specification: string])[];
}

/** The result of Python: a primitive, `same`, or an error. */
interface Outcome {
  readonly error?: string;
}

/** A class with what it reads and writes. */
export interface ClassRow extends ClassDeclaration {
  readonly fingerprint: string;
  readonly manifest: Readonly<Record<string, string>>;
  readonly rows: readonly (Outcome & {
    readonly about: string;
    readonly primitive: AnyPrimitive;
    readonly again?: AnyPrimitive | 'same';
    readonly set?: readonly string[];
    readonly what_changed?: readonly string[];
  })[];
  readonly read: readonly (Outcome & {
    readonly about: string;
    readonly primitive: AnyPrimitive;
    readonly again?: AnyPrimitive | 'same';
  })[];
  readonly backport: readonly (Outcome & {
    readonly row: number;
    readonly target_version: string;
    readonly version_manifest?: Readonly<Record<string, string>>;
    readonly expect?: AnyPrimitive | 'same';
  })[];
}

/** The file of one project. */
export interface Project {
  readonly project: string;
  readonly classes: readonly ClassRow[];
  readonly declarations: readonly ClassDeclaration[];
  readonly fields: readonly FieldTypeData[];
}

/** The projects. */
export const PROJECTS = [
  'cinder',
  'cyborg',
  'designate',
  'heat',
  'ironic',
  'kuryr-kubernetes',
  'magnum',
  'masakari',
  'neutron',
  'nova',
  'senlin',
  'watcher',
  'zun',
] as const;

/** The rows of one project. */
export function rowsOf(project: (typeof PROJECTS)[number]): Project {
  return vectors<Project>(`other-projects/${project}.json`);
}

/** The rows of one class. Throws for an unknown class. */
export function rowOf(project: (typeof PROJECTS)[number], name: string): ClassRow {
  const found = rowsOf(project).classes.find((row) => row.class === name);
  if (found === undefined) throw new Error(`${project}.json has no class ${name}`);
  return found;
}
