/** The hosts of `describeVIFPlugin` when a call fails. */

import { describe, expect, test } from 'vitest';
import { MemoryHost } from '../../src/host/memory/memory-host.ts';
import { interceptHost } from '../../src/host-contract/intercept.ts';
import { TapPlugin } from '../../src/plugins/tap-plugin.ts';
import { devicesMadeBy, hostForTest } from '../../src/testing/test-host.ts';
import { tapVif } from '../plugins/vifs.ts';

/** A host on which each call of this method fails, and how often it was closed. */
function failingHost(failing: string) {
  const memory = new MemoryHost();
  let closed = 0;
  const close = memory.close.bind(memory);
  memory.close = async () => {
    closed++;
    await close();
  };
  const host = interceptHost(memory, ({ port, method }, proceed) =>
    `${port}.${method}` === failing ? Promise.reject(new Error(`${failing} fails`)) : proceed(),
  );
  return { host: () => host, closed: () => closed };
}

describe('a host is closed', () => {
  test('when a plug fails', async () => {
    const { host, closed } = failingHost('links.create');
    await expect(devicesMadeBy(new TapPlugin(), { vif: tapVif, host })).rejects.toThrow('links.create fails');
    expect(closed()).toBe(1);
  });

  test.each([
    ['for a test', hostForTest],
    ['for the names of its devices', devicesMadeBy],
  ])('when its devices cannot be listed, %s', async (_, open) => {
    const { host, closed } = failingHost('links.list');
    await expect(open(new TapPlugin(), { vif: tapVif, host })).rejects.toThrow('links.list fails');
    expect(closed()).toBe(1);
  });
});
