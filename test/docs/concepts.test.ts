import { afterAll, expect, test } from 'vitest';
import { SampleFolder, textOf } from './pages.ts';
import { pictureOf } from './pictures.ts';

const folder = new SampleFolder();
afterAll(() => folder.remove());

test('the page of concepts shows the drift that its sample brings about', async () => {
  const { nodes } = await pictureOf('docs/concepts.md', folder);
  expect(textOf('docs/concepts.md')).toContain('](pictures/concepts.svg)');
  expect(nodes.filter(({ state }) => state !== undefined)).toMatchObject([
    { name: 'tapdc065497-3c', state: 'differs', notes: ['mtu is 1500, should be 1450'] },
  ]);
});
