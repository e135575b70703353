import { expect, test } from 'vitest';
import { HostInfo } from '../../../src/entries/index.ts';
import { commandUnderTest } from '../command.ts';

const osVif = commandUnderTest({ apart: true });

test('a VIF class that no plugin takes has a warning', async () => {
  const near = await osVif(['host-info', '--permit', 'VIFBrige', 'VIFDirect']);
  expect([near.status, near.stderr]).toEqual([
    0,
    'os-vif: warning: --permit: no plugin takes VIFBrige, did you mean VIFBridge?\n',
  ]);
  const far = await osVif(['host-info', '--permit', 'x']);
  expect(far.stderr).toMatch(/^os-vif: warning: --permit: no plugin takes x: they take VIFBridge, .*VIFVHostUser\n$/);
});

test('JSON is the wire form of what the plugins describe', async () => {
  const { status, json } = await osVif(['host-info']);
  const info = HostInfo.fromPrimitive(json());
  expect(status).toBe(0);
  expect(info.pluginInfo?.map(({ pluginName }) => pluginName)).toEqual([
    'linux_bridge',
    'macvtap',
    'noop',
    'ovs',
    'tap',
  ]);
});

test('a configuration leaves plugins out, --permit VIFs', async () => {
  const configured = HostInfo.fromPrimitive((await osVif(['host-info', '--config', 'config.yaml'])).json());
  const permitted = HostInfo.fromPrimitive((await osVif(['host-info', '--permit', 'VIFGeneric'])).json());
  expect(configured.hasPlugin('macvtap')).toBe(false);
  expect(permitted.pluginInfo?.map(({ pluginName }) => pluginName)).toEqual(['tap']);
});

test('a terminal shows a table', async () => {
  const { stdout } = await osVif(['host-info'], { terminal: true, env: { NO_COLOR: '1' } });
  expect(stdout).toMatch(/^tap +VIFGeneric +1\.0 +VIFPortProfileFPTap 1\.0 to 1\.1$/m);
});

test.each([
  ['a misspelt option', 'plugins: { tap: { networkDeviceMtuu: 9000 } }', '/plugins/tap/networkDeviceMtuu'],
  ['a value of another type', 'netns: 7', '/netns: expected a string'],
  ['a package that is not there', 'plugins: { os-vif-plugin-nowhere: {} }', 'os-vif-plugin-nowhere'],
])('a configuration with %s is refused', async (_, config, text) => {
  const { status, stderr } = await osVif(['host-info', '--config', '-'], { input: config });
  expect(status).toBeGreaterThan(0);
  expect(stderr).toContain(text);
});
