import { afterAll, beforeAll } from 'vitest';

/** Takes a function to call at the end of a test, or of all tests of a `describe`. */
export type AtEnd = (end: () => void) => void;

/** Makes a thing before the tests of a `describe`, for all of them, and ends it after them. */
export function forAllTests<T>(make: (atEnd: AtEnd) => Promise<T>): () => T {
  const ends: (() => void)[] = [];
  let made: { readonly thing: T } | undefined;
  beforeAll(async () => {
    made = { thing: await make((end) => ends.unshift(end)) };
  });
  afterAll(async () => {
    for (const end of ends.splice(0)) await end();
  });
  return () => {
    if (made === undefined) throw new Error('the tests have not begun');
    return made.thing;
  };
}
