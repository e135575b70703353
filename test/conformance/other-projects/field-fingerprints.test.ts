/** Each field of other OpenStack projects has the fingerprint that oslo computes. */
import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { field, VersionedObject, versionedObject } from '../../../src/entries/index.ts';
import type { ClassFieldData } from './declaration.ts';
import { fieldTypeOf } from './declare-field.ts';
import { PROJECTS, rowsOf } from './rows.ts';
import { valueOf } from './values.ts';

test.each(PROJECTS)('the fields of %s have the fingerprints of oslo', (project) => {
  const { classes, declarations } = rowsOf(project);
  const fields = [...classes, ...declarations].flatMap(({ fields }) => fields);
  const distinct = [...new Map(fields.map((data) => [`${data.repr} ${data.field}`, data])).values()];
  const tested = distinct.filter((data) => !JSON.stringify(data.default ?? null).includes('$object'));
  expect(tested.length).toBeGreaterThan(0);
  for (const data of tested) {
    const expected = createHash('md5').update(`([('value', ${data.repr})], [])`).digest('hex');
    expect(fingerprintOf(data, project), `${data.field}: ${data.repr}`).toBe(`1.0-${expected}`);
  }
});

function fingerprintOf(data: ClassFieldData, project: string): string {
  class Sample extends VersionedObject {}
  const type = fieldTypeOf(data, () => Sample);
  const options = { nullable: data.nullable, ...('default' in data && { default: valueOf(data.default) }) };
  Reflect.apply(field(type, options), undefined, [Sample.prototype, 'value']);
  versionedObject({ name: `Sample${samples++}`, namespace: `fields of ${project}`, version: '1.0' })(Sample);
  return Sample.fingerprint();
}

let samples = 0;
