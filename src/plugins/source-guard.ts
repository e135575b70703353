/** The source guard of a VIF, as the options of a plugin ask for it. */

import type { OptionKinds } from '../errors/argument.ts';
import { PluginError } from '../errors/plugin.ts';
import { either, FUNCTION, oneOfValues } from '../errors/value-kinds.ts';
import { parseGuardedAddress } from '../host-contract/guards/guarded-address.ts';
import type { VIFBase } from '../objects/vif.ts';
import type { SourceGuardElement } from '../wiring/elements/source-guard.ts';
import { SOURCE_GUARD_MODES, type SourceGuardMode, type SourceGuardOptions } from './source-guard-options.ts';

/** The kinds of these options. */
export const SOURCE_GUARD_OPTIONS: OptionKinds<SourceGuardOptions> = {
  sourceGuard: either(oneOfValues(...SOURCE_GUARD_MODES), FUNCTION),
  allowedAddresses: FUNCTION,
};

/** The device whose frames a guard compares. */
export type GuardedDevice = Pick<SourceGuardElement, 'name' | 'hook' | 'anyDevice'>;

/**
 * Returns the guard of the VIF, or no element.
 *
 * @throws PluginError if a guarded VIF has no MAC address
 */
export function sourceGuardOn(
  device: GuardedDevice,
  vif: VIFBase,
  options: SourceGuardOptions,
): readonly SourceGuardElement[] {
  const wanted = sourceGuardMode(vif, options);
  if (wanted === 'off') return [];
  const { address: mac } = vif;
  if (!mac)
    throw new PluginError(`sourceGuard needs the MAC address of each VIF, and VIF ${vif.id} has none: set its address`);
  const all = addressesOf(vif, options);
  const ofOtherMacs = all.filter((text) => usesOtherMac(text, mac));
  const mode = ofOtherMacs.length === all.length ? 'mac' : wanted;
  const addresses = mode === 'mac' ? ofOtherMacs : all;
  const lacksAddresses = mode !== wanted;
  return [
    {
      kind: 'source-guard',
      ...device,
      mac,
      mode,
      addresses,
      ...(lacksAddresses && { lacksAddresses }),
    },
  ];
}

/** Returns the guard that an unplug removes. It needs only the name of the device. */
export function formerSourceGuard(name: string | undefined, options: SourceGuardOptions): SourceGuardElement[] {
  if (options.sourceGuard === undefined || name === undefined) return [];
  return [{ kind: 'source-guard', name, hook: 'ingress', mac: '', mode: 'mac', addresses: [] }];
}

/** @throws PluginError if the function of the option returns another value */
export function sourceGuardMode(vif: VIFBase, { sourceGuard = 'off' }: SourceGuardOptions): SourceGuardMode {
  const mode = typeof sourceGuard === 'function' ? sourceGuard(vif) : sourceGuard;
  if (SOURCE_GUARD_MODES.includes(mode)) return mode;
  throw new PluginError(
    `sourceGuard returned ${JSON.stringify(mode)} for VIF ${vif.id}; expected ${SOURCE_GUARD_MODES.join(', ')}`,
  );
}

function addressesOf(vif: VIFBase, { allowedAddresses }: SourceGuardOptions): string[] {
  const subnets = vif.network?.subnets?.objects ?? [];
  const fixed = subnets.flatMap(({ ips }) => (ips?.objects ?? []).flatMap(({ address }) => address ?? []));
  return [...fixed, ...(allowedAddresses?.(vif) ?? [])];
}

function usesOtherMac(text: string, own: string): boolean {
  const mac = parseGuardedAddress(text)?.mac;
  return mac !== undefined && mac !== own.toLowerCase();
}
