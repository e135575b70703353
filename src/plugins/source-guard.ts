/** The options of plugins for source guards, and the element for the device of a VIF. */

import type { OptionKinds } from '../errors/argument.ts';
import { PluginError } from '../errors/plugin.ts';
import { either, FUNCTION, oneOfValues } from '../errors/value-kinds.ts';
import { GUARD_MODES, type GuardMode } from '../host-contract/guards/source-guards.ts';
import type { VIFBase } from '../objects/vif.ts';
import type { SourceGuardElement } from '../wiring/elements/source-guard.ts';

/** What a guard compares; `off`: the guest may send every frame. */
export type SourceGuardMode = 'off' | GuardMode;
/** The values of SourceGuardMode. */
export const SOURCE_GUARD_MODES = ['off', ...GUARD_MODES] as const;

/** Options of the plugins that guard the source addresses of guests. */
export interface SourceGuardOptions {
  /**
   * A guard drops and counts frames that the guest sends from other addresses than those of the VIF
   * (docs/source-guard.md). `mac-and-ip` works as `mac` for a VIF without IP addresses. In code, a
   * function decides for each VIF, and must give the same answer each time. Default: `off`.
   */
  readonly sourceGuard?: SourceGuardMode | ((vif: VIFBase) => SourceGuardMode);
  /**
   * Further IP addresses and prefixes of the guest, such as those of allowed address pairs.
   * Default: none.
   */
  readonly allowedAddresses?: (vif: VIFBase) => readonly string[];
}

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
  if (!vif.address)
    throw new PluginError(`sourceGuard needs the MAC address of each VIF, and VIF ${vif.id} has none: set its address`);
  const addresses = wanted === 'mac' ? [] : addressesOf(vif, options);
  const mode = addresses.length === 0 ? 'mac' : wanted;
  return [{ kind: 'source-guard', ...device, mac: vif.address, mode, addresses }];
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
