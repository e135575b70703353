import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { NETNS_UNAVAILABLE } from '../host/netns.ts';

const TOOLS = { ping: ['-V', 'iputils-ping'], '/usr/sbin/nft': ['-v', 'nftables'] } as const;
const MISSING = whyToolsMissing();

test.skipIf(NETNS_UNAVAILABLE || MISSING)(
  'examples/unaddressed-router: two guests reach each other through one whose ports have no address',
  async () => {
    const shown: string[] = [];
    const { unaddressedRouter } = await import('../../examples/unaddressed-router/unaddressed-router.mjs');
    const { before, after, addresses, left } = await unaddressedRouter((...texts) => shown.push(...texts));
    expect(before).toContain('0 received');
    expect(after).toContain('3 received');
    expect(addresses).not.toMatch(/\d+\.\d+\.\d+\.\d+/);
    expect(addresses).toMatch(/eth1.*eth2/s);
    expect(shown.filter((text) => /^middle: <interface type="bridge">/.test(text))).toHaveLength(2);
    expect(left).toEqual(['lo']);
  },
  60_000,
);

function whyToolsMissing(): string | undefined {
  const missing = Object.entries(TOOLS).find(([command, [option]]) => spawnSync(command, [option]).status !== 0);
  if (missing === undefined) return undefined;
  const why = `${missing[0]} is not installed: apt-get install ${missing[1][1]}`;
  if (process.env.CI) throw new Error(why);
  return why;
}
