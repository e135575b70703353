/** How chains take effect beside the rules of other programs: the same for the kernel and for its model in memory. */

import { describe, expect, test } from 'vitest';
import type { Host } from '../../src/host-contract/host.ts';
import { apply } from '../../src/wiring/apply.ts';
import { check } from '../../src/wiring/check.ts';
import { forwardRule } from '../../src/wiring/elements/forward-rule.ts';

export type IpVersion = 'IPv4' | 'IPv6';

/** A host, and the rules that other programs have there. */
export interface FilteredHost {
  readonly host: Host;
  /** Appends a rule to a chain, which is created if it is missing. */
  append(version: IpVersion, chain: string, rule: string): void;
  /** The rules of FORWARD. */
  forward(version: IpVersion): string[];
}

const OURS = '-j os-vif-br0';
const WIRING = [forwardRule.element({ name: 'br0', interfaces: ['eth0'], dropAction: 'REJECT' })];

export function filterSuite(name: string, open: () => Promise<FilteredHost>): void {
  describe(name, () => {
    const plugged = async () => {
      const filtered = await open();
      const context = { host: filtered.host, owner: 'vif-1' };
      await filtered.host.links.create({ kind: 'bridge', name: 'br0', alias: 'os-vif:vif-1' });
      const plug = () => apply(WIRING, context);
      const drifts = () => check(WIRING, context);
      return { ...filtered, plug, drifts };
    };

    test.each(['-j REJECT', '-j DROP', '-i br0 -j DROP', '-o br+ -j ACCEPT'])(
      'the jump is before the rule %s, once, for IPv4 and IPv6',
      async (rule) => {
        const { append, forward, plug, drifts } = await plugged();
        for (const version of ['IPv4', 'IPv6'] as const) append(version, 'FORWARD', rule);
        await plug();
        await plug();
        for (const version of ['IPv4', 'IPv6'] as const) expect(forward(version)).toEqual([OURS, rule]);
        expect(await drifts()).toEqual([]);
      },
    );

    test.each<[string, (string | [chain: string, rule: string])[], string]>([
      ['a rule that rejects everything', ['-j REJECT'], 'the rule -j REJECT of FORWARD'],
      ['a rule about the bridge', ['-i br0 -j DROP'], 'the rule -i br0 -j DROP of FORWARD'],
      ['a rule about all devices but one', ['! -i lo -j DROP'], 'the rule ! -i lo -j DROP of FORWARD'],
      ['a chain that drops the rest', [['THEIRS', '-i lo -j ACCEPT'], ['THEIRS', '-j DROP'], '-j THEIRS'], '-j THEIRS'],
      ['a chain without a way back', [['THEIRS', '-i lo -j ACCEPT'], '-g THEIRS'], 'the rule -g THEIRS'],
    ])('%s before the jump is a drift, which a plug repairs', async (_, rules, text) => {
      const { append, forward, plug, drifts, host } = await plugged();
      await plug();
      await host.filter.delete('os-vif-br0');
      for (const rule of rules)
        if (typeof rule === 'string') append('IPv6', 'FORWARD', rule);
        else append('IPv6', ...rule);
      append('IPv6', 'os-vif-br0', '-i br0 -j ACCEPT');
      append('IPv6', 'FORWARD', OURS);
      await host.filter.set('os-vif-br0', []);
      const others = forward('IPv6').filter((rule) => rule !== OURS);
      expect(forward('IPv6')).toEqual([OURS, ...others]);
      await plug();
      expect(await drifts()).toEqual([]);
      await host.filter.delete('os-vif-br0');
      append('IPv4', 'os-vif-br0', '-i br0 -j ACCEPT');
      append('IPv4', 'FORWARD', OURS);
      append('IPv6', 'os-vif-br0', '-i br0 -j ACCEPT');
      append('IPv6', 'FORWARD', OURS);
      const [, effect] = await drifts();
      expect(effect).toMatchObject({ on: 'os-vif-br0', property: 'effect', want: [] });
      expect(effect).toMatchObject({ have: [expect.stringContaining(text)] });
      await plug();
      expect(forward('IPv6')).toEqual([OURS, ...others]);
      expect(await drifts()).toEqual([]);
    });

    test.each<[string, string[]]>([
      ['a rule about another device', ['-i eth1 -j DROP']],
      ['a rule about some packets', ['-p tcp -j DROP']],
      ['a rule about one of several conditions', ['-i br0 -o eth1 -j DROP']],
      ['a chain that returns', ['-j THEIRS']],
    ])('%s before the jump stays there and is no drift', async (_, rules) => {
      const { append, forward, plug, drifts } = await plugged();
      for (const version of ['IPv4', 'IPv6'] as const) {
        for (const rule of ['-i eth9 -j DROP', '-p udp -j RETURN', '-j DROP']) append(version, 'THEIRS', rule);
        for (const rule of rules) append(version, 'FORWARD', rule);
        append(version, 'os-vif-br0', '-i br0 -j ACCEPT');
        append(version, 'FORWARD', OURS);
      }
      await plug();
      expect(forward('IPv4')).toEqual([...rules, OURS]);
      expect(forward('IPv6')).toEqual([...rules, OURS]);
      expect(await drifts()).toEqual([]);
    });

    test.each<[string, string[]]>([
      ['a second jump', [OURS]],
      ['a stale jump with a condition', ['-i br7 -j os-vif-br0']],
      ['two stale jumps', [OURS, '-p tcp -j os-vif-br0']],
    ])('%s is a drift, and a plug leaves one jump', async (_, rules) => {
      const { append, forward, plug, drifts } = await plugged();
      await plug();
      for (const rule of rules) append('IPv4', 'FORWARD', rule);
      expect(await drifts()).toMatchObject([{ property: 'effect', have: [expect.stringContaining('the jumps')] }]);
      await plug();
      expect(forward('IPv4')).toEqual([OURS]);
      expect(await drifts()).toEqual([]);
    });

    test('a chain of IPv4 alone, as earlier versions created it, gets its twin in IPv6', async () => {
      const { append, forward, plug, drifts } = await plugged();
      append('IPv4', 'os-vif-br0', '-i br0 -j ACCEPT');
      append('IPv4', 'FORWARD', OURS);
      expect(await drifts()).toMatchObject([{ property: 'rules' }, { have: ['IPv6: the chain is missing'] }]);
      await plug();
      expect(forward('IPv6')).toEqual([OURS]);
      expect(await drifts()).toEqual([]);
    });

    test('a deletion removes the jumps of both IP versions, and no rule of others', async () => {
      const { append, forward, plug, host } = await plugged();
      await plug();
      append('IPv6', 'FORWARD', '-i eth9 -j DROP');
      append('IPv6', 'FORWARD', '-p tcp -j os-vif-br0');
      await host.filter.delete('os-vif-br0');
      expect([forward('IPv4'), forward('IPv6')]).toEqual([[], ['-i eth9 -j DROP']]);
      expect(await host.filter.get('os-vif-br0')).toBeUndefined();
    });

    test.each(['br+', '+', 'a-long-name123+'])(
      'the bridge name %s is refused, and so is such an interface',
      async (wild) => {
        const { host } = await open();
        const before = await host.filter.list();
        const rules = [
          forwardRule.element({ name: wild, interfaces: ['all'], dropAction: 'DROP' }),
          forwardRule.element({ name: 'br0', interfaces: [wild], dropAction: 'DROP' }),
        ];
        for (const rule of rules)
          await expect(apply([rule], { host, owner: 'vif-1' })).rejects.toThrow(
            'a name that ends with + matches many devices; rename the device',
          );
        expect(await host.filter.list()).toEqual(before);
      },
    );
  });
}
