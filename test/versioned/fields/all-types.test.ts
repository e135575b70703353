/** Properties of every field type, on random values. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  dateTime,
  dictOf,
  type FieldType,
  field,
  fieldType,
  flexibleBoolean,
  ipv4AndV6Address,
  ipv4Network,
  ipv6Network,
  jsonText,
  listOf,
  objectOf,
  oneOf,
  sensitiveString,
  setOf,
  stateMachine,
  string,
  VersionedObject,
  validate,
  versionedObject,
  versionPredicate,
} from '../../../src/entries/index.ts';
import { arbitraryObject } from '../../../src/entries/testing.ts';

@versionedObject({ name: 'Leaf', namespace: 'acme-all-types', version: '1.0' })
class Leaf extends VersionedObject {
  @field(string()) declare name?: string;
  @field(dateTime(), { nullable: true }) declare fallen?: Date | null;
}

const TYPES: Readonly<Record<string, FieldType<unknown>>> = {
  password: sensitiveString(),
  passwords: dictOf(listOf(sensitiveString(), { nullable: true })),
  flag: flexibleBoolean(),
  versions: versionPredicate(),
  address: ipv4AndV6Address(),
  network4: ipv4Network(),
  network6: ipv6Network(),
  word: string({ pattern: /^[a-z]{1,5}$/ }),
  kind: oneOf(['a', 'b'], { declaredAs: 'list' }),
  kinds: setOf(oneOf(['a', 'b'])),
  status: stateMachine({ UP: ['DOWN'], DOWN: ['UP'] }),
  document: jsonText(),
  documents: listOf(jsonText()),
  leaves: fieldType({ extends: listOf(objectOf(Leaf)), osloName: 'ListOfLeaves' }),
  leafByName: fieldType({ extends: dictOf(objectOf(Leaf)), osloName: 'LeafByName' }),
};

class AllTypes extends VersionedObject {}
for (const [name, type] of Object.entries(TYPES))
  Reflect.apply(field(type, { wireName: name }), undefined, [AllTypes.prototype, name]);
versionedObject({ name: 'AllTypes', namespace: 'acme-all-types', version: '1.0' })(AllTypes);

test('a random object is valid, and the same after a way over the wire, over the plain form, and as a copy', async () => {
  await fc.assert(
    fc.asyncProperty(arbitraryObject(AllTypes), async (object) => {
      const primitive = JSON.parse(JSON.stringify(object));
      expect(await validate(primitive)).toEqual([]);
      expect(AllTypes.fromPrimitive(primitive).equals(object)).toBe(true);
      expect(AllTypes.fromPlain(JSON.parse(JSON.stringify(object.toPlain()))).equals(object)).toBe(true);
      expect(object.clone().equals(object)).toBe(true);
    }),
    { numRuns: 100 },
  );
});
