/** The schema stands as a file too, for those who validate elsewhere. */
import { expect, test } from 'vitest';
import { portBindingSchema } from '../../src/entries/neutron.ts';

test('schemas/neutron/port-binding.json is what the code checks by (`npx vitest run test/neutron/schema-file.test.ts -u` writes it)', async () => {
  const text = `${JSON.stringify(portBindingSchema(), null, 2)}\n`;
  await expect(text).toMatchFileSnapshot('../../schemas/neutron/port-binding.json');
});
