/** The data of all projects. */
import { readdirSync } from 'node:fs';
import { vectors } from '../vectors.ts';
import type { FieldData, ProjectData } from './declaration.ts';

/** The projects, by name. */
export const PROJECTS: readonly ProjectData[] = readdirSync(new URL('.', import.meta.url))
  .filter((file) => file.endsWith('.json'))
  .map((file) => vectors<ProjectData>(`other-projects/${file}`));

/** Whether the type of a field is a class of objects, or a collection of objects. */
export function holdsObjects(field: FieldData): boolean {
  return field.object !== undefined || (field.element !== undefined && holdsObjects(field.element));
}
