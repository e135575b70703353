/** The canonical form of a UUID. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonicalUuid } from '../../src/text/uuid.ts';

test('each form of a UUID gives the same text', () => {
  fc.assert(
    fc.property(fc.uuid(), fc.boolean(), fc.infiniteStream(fc.boolean()), (uuid, dashes, cases) => {
      const digits = dashes ? uuid : uuid.replaceAll('-', '');
      const form = [...digits].map((digit) => (cases.next().value ? digit.toUpperCase() : digit)).join('');
      expect(canonicalUuid(form)).toBe(uuid);
    }),
  );
});

test.each(['', 'vif-1', 'shared', 'Dc065497', `x${'0'.repeat(32)}`])(
  'text that is no UUID stays as it is: "%s"',
  (text) => {
    expect(canonicalUuid(text)).toBe(text);
  },
);
