import { expect, test } from 'vitest';
import { NetlinkError, PermissionError } from '../../../src/errors/kernel.ts';
import { explained } from '../../../src/host/linux/nftables/guard-refusals.ts';
import type { SourceGuard } from '../../../src/host-contract/guards/source-guards.ts';

const GUARD: SourceGuard = {
  ...{ device: 'tap0', hook: 'ingress', mac: 'fa:16:3e:00:00:0a', mode: 'mac', addresses: [], owner: 'vif-1' },
};

test.each<[string, Partial<SourceGuard>, string, RegExp]>([
  ['a kernel without the egress hook', { hook: 'egress' }, 'EOPNOTSUPP', /egress hook needs Linux 5\.16/],
  ['a kernel without the family netdev', {}, 'EOPNOTSUPP', /family netdev/],
  ['a kernel without nf_tables', {}, 'EPROTONOSUPPORT', /nf_tables/],
  ['a kernel that needs the device', { anyDevice: true }, 'ENOENT', /only for a device that exists/],
])('%s is the reason of the error', (_, guard, errno, text) => {
  const error = explained({ ...GUARD, ...guard }, new NetlinkError('source guard of tap0', errno, 'refused'));
  expect(error).toMatchObject({ errno, message: expect.stringMatching(text) });
});

test('an error for another reason stays as it is', () => {
  for (const error of [
    new NetlinkError('source guard of tap0', 'ENOMEM', 'out of memory'),
    new PermissionError('source guard of tap0', 'EPERM', 'not permitted', 'run this as root'),
  ])
    expect(explained(GUARD, error)).toBe(error);
});
