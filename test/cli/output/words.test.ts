/** Messages of the library, in which the command replaces what only a program can do. */

import { expect, test } from 'vitest';
import { inWordsOfCommand } from '../../../src/cli/output/words.ts';
import { OsVifError } from '../../../src/errors/base.ts';
import { MissingKoffiError } from '../../../src/errors/host.ts';
import { IncompatibleVersionError } from '../../../src/errors/model.ts';
import { NegotiationLossError } from '../../../src/errors/negotiation.ts';
import { BatchError, PlugError, UnsupportedVIFError } from '../../../src/errors/plugin.ts';
import { LinuxHost } from '../../../src/host/linux/linux-host.ts';
import { toInterfaceXml } from '../../../src/libvirt/interface-xml.ts';
import { VIFBridge, VIFDirect, VIFHostDevice } from '../../../src/objects/vif.ts';
import { messageOf } from '../../../src/text/message-of.ts';
import { VersionedObject } from '../../../src/versioned/versioned-object.ts';

const MAC = '22:52:25:62:e2:aa';

const errorFrom = async (action: () => unknown): Promise<unknown> => {
  try {
    await action();
    return new Error('no error');
  } catch (error) {
    return error;
  }
};

const wordsFor = (error: unknown): string => inWordsOfCommand(messageOf(error), error);

async function openOnWindows(): Promise<void> {
  const platform = Object.getOwnPropertyDescriptor(process, 'platform') ?? {};
  Object.defineProperty(process, 'platform', { value: 'win32', configurable: true });
  try {
    await LinuxHost.open();
  } finally {
    Object.defineProperty(process, 'platform', platform);
  }
}

test.each([
  [
    'an unknown object',
    () => VersionedObject.fromPlain({ type: 'VIFVlanNested' }),
    'no object "VIFVlanNested" is declared; name the module that declares it in `objects` of the configuration, or correct the name',
  ],
  [
    'a version that is too new',
    () => {
      throw new IncompatibleVersionError('Network', '9.9', ['1.1']);
    },
    'Network "9.9" cannot be read here, up to 1.1 can; ask the sender for one of these, as os-vif backport writes them',
  ],
  [
    'a field that an older version lacks',
    () => {
      throw new NegotiationLossError([{ path: 'mtu', object: 'Network', version: '1.0', value: 1450 }]);
    },
    'the peer supports only versions without fields that are set: mtu (not in Network 1.0); unset these fields, or leave out --refuse-loss',
  ],
  ['another system', openOnWindows, 'this needs Linux, and the system is win32: use --memory for a dry run'],
  [
    'a missing koffi',
    () => {
      throw new MissingKoffiError();
    },
    'the package koffi, which calls the kernel, cannot be loaded: run `npm install koffi` beside os-vif, or use --memory',
  ],
  [
    'a PCI function without a device',
    () =>
      toInterfaceXml(new VIFDirect({ address: MAC, mode: 'vepa', devAddress: '0000:3b:00.2' }), {
        virtType: 'kvm',
      }),
    'the lower device of a VIFDirect is unknown: sysfs has no device of 0000:3b:00.2, name it by --interface-of 0000:3b:00.2=NAME',
  ],
  [
    'a vDPA port without a device',
    () =>
      toInterfaceXml(new VIFHostDevice({ address: MAC, devType: 'ethernet', devAddress: '0000:3b:00.2' }), {
        virtType: 'kvm',
        vnicType: 'vdpa',
      }),
    'the vDPA device of 0000:3b:00.2 is unknown: sysfs has none; create it (`vdpa dev add`) with the driver vhost_vdpa, or name it by --vdpa-of 0000:3b:00.2=/dev/vhost-vdpa-N',
  ],
  [
    'a plugin that does not take the VIF',
    () => {
      throw new UnsupportedVIFError('tap', 'VIFGeneric', 'VIFBridge');
    },
    'the plugin tap takes VIFGeneric, not VIFBridge: set `plugin` of the VIF to a plugin that takes VIFBridge (os-vif host-info lists them)',
  ],
  [
    'an unset field, with its name in files',
    () => toInterfaceXml(new VIFBridge({ address: MAC }), { virtType: 'kvm' }),
    'VIFBridge: bridge_name, vif_name must be set and are not',
  ],
])('the message for %s', async (_, action, expected) => {
  expect(wordsFor(await errorFrom(action))).toBe(expected);
});

test('the advice of a cause is in the words of the command too', () => {
  const cause = new UnsupportedVIFError('tap', 'VIFGeneric', 'VIFBridge');
  const batch = new BatchError(
    'check',
    2,
    new Map([['a', new PlugError(`plugging failed: ${cause.message}`, cause)]]),
    new Map(),
  );
  expect(batch.message).toContain('set vif.plugin to');
  expect(wordsFor(batch)).not.toContain('vif.plugin');
  expect(wordsFor(batch)).toContain('set `plugin` of the VIF to a plugin that takes VIFBridge');
});

test('the end of a timeout names the option', () => {
  const cause = new DOMException('The operation was aborted due to timeout', 'TimeoutError');
  const error = new PlugError(`plugging failed at tap tap0: ${cause.message}; the host is as it was before`, cause);
  expect(wordsFor(error)).toBe(
    'plugging failed at tap tap0: the timeout was reached (--timeout); the host is as it was before',
  );
});

test('the same text in an error without this advice stays', () => {
  const error = new OsVifError('ERR_OSVIF_PLUGIN', 'set vif.plugin to a plugin that takes VIFBridge');
  expect(wordsFor(error)).toBe(error.message);
});

test('text of the input stays', () => {
  const error = new Error('VIFGeneric has no field "vifName", "\\"vifName", did you mean vif_name?');
  expect(wordsFor(error)).toBe(error.message);
});
