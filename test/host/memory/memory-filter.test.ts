import { MemoryHost } from '../../../src/host/memory/memory-host.ts';
import { filterSuite, type IpVersion } from '../filter-suite.ts';

filterSuite('MemoryHost: packet filters', async () => {
  const host = new MemoryHost();
  const rulesOf = (version: IpVersion, chain: string) => host.filter.tables.get(version)?.get(chain) ?? [];
  return {
    host,
    append: (version, chain, rule) => host.filter.tables.get(version)?.set(chain, [...rulesOf(version, chain), rule]),
    forward: (version) => rulesOf(version, 'FORWARD'),
  };
});
