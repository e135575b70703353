/** docs/neutron-and-libvirt.md has the results of the last run of all guests of libvirt. */
import { expect, test } from 'vitest';
import { textOf } from '../docs/pages.ts';
import { WAYS } from './guest/ways.ts';

test('the table of results has a row for each way to connect a guest, and none fails', () => {
  const [, table = ''] =
    /<!-- results: .*?-->(.*)<!-- end of results -->/s.exec(textOf('docs/neutron-and-libvirt.md')) ?? [];
  const titles = [...table.matchAll(/^\| ([^|]+) \| `\w+` \|/gm)].map(([, title]) => title);
  expect(titles).toEqual([...WAYS.values()].map(({ title }) => title));
  expect(table).not.toContain('fails');
});
