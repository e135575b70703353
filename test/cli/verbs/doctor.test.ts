import { readlinkSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { makeNetns, NETNS_UNAVAILABLE } from '../../host/netns.ts';
import { makeSwitch } from '../../plugins/switch.ts';
import { commandUnderTest } from '../command.ts';

const osVif = commandUnderTest();

describe.skipIf(NETNS_UNAVAILABLE)('on the kernel', () => {
  test('as root, the kernel is found to make a TAP and a bridge, and nothing is left of the trial', async () => {
    const netns = await makeNetns();
    const { status, json } = await osVif(['doctor', '--ovsdb', 'unix:/nowhere.sock'], { inside: netns });
    expect(status).toBe(0);
    expect(json()).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ name: 'koffi', state: 'yes' }),
        expect.objectContaining({ name: 'net-admin', state: 'yes' }),
        expect.objectContaining({ name: 'tap', state: 'yes' }),
        expect.objectContaining({ name: 'bridge', state: 'yes' }),
        expect.objectContaining({ name: 'ovsdb', state: 'no', advice: expect.stringContaining('--ovsdb') }),
      ]),
    );
    expect(netns.links()).toEqual([]);
  });

  test('without privileges the answer is no, with what to do', async () => {
    const netns = await makeNetns();
    const { status, json } = await osVif(['doctor', '--ovsdb', 'unix:/nowhere.sock'], { inside: netns, as: 'nobody' });
    expect(status).toBe(1);
    expect(json()).toContainEqual(
      expect.objectContaining({
        name: 'net-admin',
        state: 'no',
        advice: expect.stringContaining('AmbientCapabilities'),
      }),
    );
  });

  test('what is needed may be said, and a terminal shows it', async () => {
    const netns = await makeNetns();
    const { status, stdout } = await osVif(['doctor', '--need', 'ovsdb', '--ovsdb', 'unix:/nowhere.sock'], {
      inside: netns,
      terminal: true,
      env: { NO_COLOR: '1' },
    });
    expect(status).toBe(1);
    expect(stdout).toMatch(/^no +ovsdb +OVSDB unix:\/nowhere\.sock: /m);
  });

  test.each([
    [true, 'yes', 0],
    [false, 'no', 1],
  ] as const)(
    'with hairpin %s at the switch, --vepa answers %s with exit code %i, and leaves no device',
    async (on, state, code) => {
      const netns = await makeNetns();
      makeSwitch(netns);
      netns.run('ip', 'link', 'set', 'far0', 'type', 'bridge_slave', 'hairpin', on ? 'on' : 'off');
      const { status, json } = await osVif(['doctor', '--vepa', 'eth0'], { inside: netns });
      expect([status, json()]).toEqual([
        code,
        expect.arrayContaining([expect.objectContaining({ name: 'reflective-relay', state })]),
      ]);
      expect(netns.links().filter(({ linkinfo }) => linkinfo?.info_kind === 'macvtap')).toEqual([]);
    },
  );

  test.each([
    ['eth9', 'needs the device eth9, which does not exist'],
    ['far0', 'creation of macvtap'],
  ])('an uplink that cannot be probed, %s, is unknown with the reason', async (uplink, reason) => {
    const netns = await makeNetns();
    makeSwitch(netns);
    const { status, json } = await osVif(['doctor', '--vepa', uplink], { inside: netns });
    expect([status, json()]).toEqual([
      1,
      expect.arrayContaining([
        { name: 'reflective-relay', state: 'unknown', what: expect.stringContaining(`not probed: `) },
        expect.objectContaining({ what: expect.stringContaining(reason) }),
      ]),
    ]);
  });

  test('the trial is refused in the namespace that it must not touch', async () => {
    const { status, stderr } = await osVif(['doctor', '--try-kernel', readlinkSync('/proc/self/ns/net')]);
    expect([status, stderr]).toEqual([2, expect.stringContaining('ERR_OSVIF_USAGE')]);
  });
});

test('a need that is not known is refused', async () => {
  const { status, stderr } = await osVif(['doctor', '--need', 'luck', '--ovsdb', 'unix:/nowhere.sock']);
  expect([status, stderr]).toEqual([2, expect.stringContaining('unknown feature luck; expected any of linux, koffi')]);
});
