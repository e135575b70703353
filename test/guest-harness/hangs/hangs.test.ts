import { test } from 'vitest';

test('the test never ends', () => {
  for (;;);
});
