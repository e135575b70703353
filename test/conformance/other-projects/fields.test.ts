/** The field types of other OpenStack projects take and refuse what the Python classes take and refuse. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { type FieldType, OsVifError } from '../../../src/entries/index.ts';
import { compileSchema } from '../../../src/versioned/validation/compile-schema.ts';
import { type ClassOf, declareProject } from './declare-class.ts';
import type { FieldData, FieldRow, FieldTypeData } from './declaration.ts';
import { fieldTypeOf } from './declare-field.ts';
import { DOCUMENTED_DIFFERENCES, differenceOf, documented, type Outcome } from './differences.ts';
import { HISTORIES } from './histories.ts';
import { PROJECTS, rowsOf } from './rows.ts';
import { valueOf } from './values.ts';

const found = new Set<string>();

test.each(PROJECTS)('the field types of %s agree with Python, or the difference is documented', (name) => {
  const project = rowsOf(name);
  const classOf = declareProject(project, HISTORIES);
  const differences = project.fields.flatMap((field) => differencesOf(field, classOf));
  for (const { difference } of differences) found.add(difference);
  expect(differences.filter(({ difference }) => !DOCUMENTED_DIFFERENCES.includes(difference))).toEqual([]);
});

test('each documented difference occurs in the data, and its row is in the documentation', () => {
  expect([...found].sort()).toEqual([...DOCUMENTED_DIFFERENCES].sort());
  const page = readFileSync(new URL('../../../docs/differences-from-python.md', import.meta.url), 'utf8');
  const rows = new Set(DOCUMENTED_DIFFERENCES.map((line) => line.split(': ').slice(2).join(': ')));
  expect([...rows].filter((row) => !page.includes(`\n| ${row} |`))).toEqual([]);
});

test.each(PROJECTS)('the JSON Schemas of the types of %s accept the values that can be read', async (name) => {
  for (const field of rowsOf(name).fields.filter((field) => !holdsObjects(field) && !isRough(field))) {
    const type = fieldTypeOf(field, noClass);
    const check = await compileSchema(type.schema({ form: 'primitive', objectSchema: () => ({}) }));
    const values = [field.taken, field.refused, field.wire].flatMap((rows = []) => rows.map(({ value }) => value));
    for (const value of values.filter((value) => value !== null && !JSON.stringify(value).includes('"$'))) {
      const isRead = outcomeOf(() => type.read(value, 0), type) !== 'refused';
      const isValid = check(value).violations.length === 0;
      expect({ field: field.where, value, isValid }).toEqual({ field: field.where, value, isValid: isRead });
    }
  }
});

function holdsObjects({ object, element }: FieldData): boolean {
  return object !== undefined || (element !== undefined && holdsObjects(element));
}

/** The tests declare the schemas of the projects' own types only roughly, and that of any value. */
function isRough({ oslo, type, element }: FieldData): boolean {
  return !oslo || type === 'FieldType' || (element !== undefined && isRough(element));
}

function noClass(name: string): never {
  throw new Error(`a field without objects asked for the class ${name}`);
}

interface Found {
  readonly difference: string;
  readonly row: FieldRow;
  readonly outcome: Outcome;
}

function differencesOf(field: FieldTypeData, classOf: ClassOf): Found[] {
  const type = fieldTypeOf(field, classOf);
  const assigned = [...(field.taken ?? []), ...(field.refused ?? [])];
  return [
    ...compare(field, assigned, (value) => type.coerce(value), type),
    ...compare(field, field.wire ?? [], (value) => type.read(value, 0), type),
  ];
}

function compare(
  field: FieldTypeData,
  rows: readonly FieldRow[],
  take: (value: unknown) => unknown,
  type: FieldType<unknown>,
): Found[] {
  return rows.filter(isExpressible).flatMap((row) => {
    const outcome = outcomeOf(() => take(valueOf(row.value)), type);
    const difference = differenceOf(row, outcome);
    return difference === undefined ? [] : [{ difference: documented(field, difference), row, outcome }];
  });
}

function outcomeOf(take: () => unknown, type: FieldType<unknown>): Outcome {
  try {
    const value = take();
    return { stored: JSON.parse(JSON.stringify(type.write ? type.write(value) : value)) };
  } catch (error) {
    if (error instanceof OsVifError) return 'refused';
    throw error;
  }
}

/** JavaScript has no tuples, no dicts with keys that are no text, and no objects of netaddr. */
function isExpressible({ value, error }: FieldRow): boolean {
  const text = JSON.stringify(value);
  if (/"\$(?:tuple|dict)"/.test(text)) return false;
  return error === undefined ? !LEFT_OUT.test(text) : !/"\$(?:EUI|Authentic)/.test(text);
}

/** README.md: the data has no declaration of nova's Instance. */
const LEFT_OUT = /"nova_object.name":"Instance"/;
