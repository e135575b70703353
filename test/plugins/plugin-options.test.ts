import { expect, test } from 'vitest';
import {
  LinuxBridgePlugin,
  MacvtapPlugin,
  MemoryHost,
  NoopPlugin,
  OsVif,
  OvsPlugin,
  type PluginOptions,
  pluginOptionsSchema,
  TapPlugin,
  validatePluginOptions,
} from '../../src/entries/host.ts';

/** Every option that a file can have; the compiler asks for each. */
const EVERY: {
  readonly [P in keyof PluginOptions]: Required<Omit<PluginOptions[P], 'allowedAddresses' | 'externalIds'>>;
} = {
  linux_bridge: {
    networkDeviceMtu: 1450,
    flatInterface: 'eth0',
    vlanInterface: 'eth1',
    forwardBridgeInterface: ['all'],
    iptablesDropAction: 'REJECT',
    moveLeasedAddresses: true,
    sourceGuard: 'mac',
  },
  macvtap: { isolateGuests: true, embeddedSwitchMode: 'vepa', sourceGuard: 'off' },
  noop: {},
  ovs: {
    networkDeviceMtu: 9000,
    isolateVif: false,
    perPortBridge: true,
    defaultQosType: 'linux-htb',
    waitFor: 'none',
    ovnTimeout: 5000,
    sourceGuard: 'mac-and-ip',
  },
  tap: { networkDeviceMtu: 68, multiQueue: true, owner: 0, group: 64055, sourceGuard: 'mac-and-ip' },
};

test('every option is taken that a plugin takes, and each of them may be left out', async () => {
  const made = [
    new LinuxBridgePlugin(EVERY.linux_bridge),
    new MacvtapPlugin(EVERY.macvtap),
    new NoopPlugin(),
    new OvsPlugin(EVERY.ovs),
    new TapPlugin(EVERY.tap),
  ];
  await using osVif = await OsVif.open({ host: new MemoryHost() });
  const known = (await osVif.hostInfo()).pluginInfo?.map(({ pluginName }) => pluginName);
  expect(made.map((plugin) => plugin.describe().pluginName).sort()).toEqual(known?.sort());
  for (const [plugin, options] of Object.entries(EVERY)) {
    expect(await validatePluginOptions(plugin, options)).toEqual([]);
    expect(await validatePluginOptions(plugin, {})).toEqual([]);
    expect(Object.keys(Object(pluginOptionsSchema(plugin).properties)).sort()).toEqual(Object.keys(options).sort());
  }
});

test.each([
  ['ovs', { isolateVIF: true }, '/isolateVIF', 'no such name here, did you mean isolateVif?'],
  ['ovs', { isolateVif: 'false' }, '/isolateVif', 'expected true or false, found "false"'],
  [
    'ovs',
    { defaultQosType: 'linux-hbt' },
    '/defaultQosType',
    'expected one of linux-htb, linux-hfsc, linux-sfq, linux-codel, linux-fq_codel, linux-noop, found "linux-hbt", did you mean linux-htb?',
  ],
  ['tap', { networkDeviceMtu: 67 }, '/networkDeviceMtu', 'expected a whole number of bytes, 68 to 65535, found 67'],
  ['tap', { owner: -1 }, '/owner', 'expected the number of a user or group, found -1'],
  [
    'linux_bridge',
    { forwardBridgeInterface: ['all', 1] },
    '/forwardBridgeInterface/1',
    'expected a name that is not empty, found 1',
  ],
  ['noop', { mtu: 1 }, '/mtu', 'no such name here'],
  ['macvtap', [], '', 'expected an object of options, found an empty array'],
])('of the plugin %s, %j is refused', async (plugin, options, path, message) => {
  expect(await validatePluginOptions(plugin, options)).toEqual([{ path, message }]);
});

test('an unknown plugin is told, with the one that was meant', async () => {
  await expect(validatePluginOptions('linux-bridge', {})).rejects.toMatchObject({
    code: 'ERR_OSVIF_NO_MATCHING_PLUGIN',
    message:
      'no plugin is named "linux-bridge", did you mean linux_bridge? there are: linux_bridge, macvtap, noop, ovs, tap',
  });
  expect(() => pluginOptionsSchema('__proto__')).toThrow('no plugin is named');
});
