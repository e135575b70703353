/** What the compiler refuses in classes with decorators. Vitest runs this file, and `npm run types` checks it. */
import { expect, test } from 'vitest';
import {
  type FieldValues,
  field,
  integer,
  string,
  UnknownFieldError,
  VersionedObject,
  versionedObject,
} from '../../src/entries/index.ts';

@versionedObject({ name: 'WithoutConstructor', namespace: 'types', version: '1.0' })
class WithoutConstructor extends VersionedObject {
  @field(string()) declare label?: string;
}

@versionedObject({ name: 'Complete', namespace: 'types', version: '1.0' })
class Complete extends VersionedObject {
  @field(string()) declare label?: string;
  @field(integer(), { nullable: true }) declare size?: number | null;

  constructor(values: FieldValues<Complete> = {}) {
    super(values);
  }
}

test('a class without a constructor of its own takes no values', () => {
  // @ts-expect-error TypeScript does not know the values
  expect(() => new WithoutConstructor({ lable: 3 })).toThrow(UnknownFieldError);
  // @ts-expect-error the same for correct values: the class needs a constructor
  expect(new WithoutConstructor({ label: 'a' }).label).toBe('a');
});

test('a constructor with FieldValues takes the fields and nothing else', () => {
  expect(new Complete({ label: 'a', size: null }).size).toBeNull();
  // @ts-expect-error misspelt
  expect(() => new Complete({ lable: 'a' })).toThrow(UnknownFieldError);
  // @ts-expect-error a number
  expect(() => new Complete({ label: 3 })).toThrow('a string');
});

test('the property of a field is optional, and has the type of its values', () => {
  class Required extends VersionedObject {
    // @ts-expect-error every field may be unset
    @field(string()) declare label: string;
    // @ts-expect-error null is missing
    @field(string(), { nullable: true }) declare size?: string;
    // @ts-expect-error another type
    @field(integer()) declare count?: string;
  }
  expect(Object.keys(Required.prototype)).toEqual([]);
});

test('the type of an object cannot be assigned, except by class-transformer', () => {
  const object = new Complete({ label: 'a' });
  // @ts-expect-error read-only
  object.type = 'Other';
  expect(object.type).toBe('Complete');
});
