/** Frames between guests on virtual functions, through the switch inside the NIC. */

import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { attachMacvtap, untilCarried } from '../../host/frames.ts';
import type { Netns } from '../../host/netns.ts';
import { instance } from '../../plugins/vifs.ts';
import { functionVif, macOf, openSriovHost } from './functions.ts';

/** The functions are in the guest's first namespace. */
const here: Netns = {
  path: '/proc/self/ns/net',
  run: (command, ...args) => execFileSync(command, args, { encoding: 'utf8' }),
  links: () => [],
};

test('guests in one VLAN reach each other, and a guest in another VLAN sees nothing, also after a hand-over', async () => {
  const {
    osVif,
    physical: [pf],
  } = await openSriovHost();
  const earlier = functionVif(9, pf.address(1), { vlan: 8 });
  await osVif.plug(earlier, instance());
  await osVif.unplug(earlier, instance());
  await osVif.plug(functionVif(1, pf.address(1)), instance());
  await osVif.plug(functionVif(2, pf.address(2)), instance());
  await osVif.plug(functionVif(3, pf.address(3), { vlan: 8 }), instance());
  const [a, b, other] = [
    await attachMacvtap(here, 'mvt1'),
    await attachMacvtap(here, 'mvt2'),
    await attachMacvtap(here, 'mvt3'),
  ];
  await untilCarried(a, macOf(1), b);
  expect(await other.receives('is it up')).toBe(false);
  await untilCarried(b, macOf(2), a);
});
