/** The options of plugins for source guards. */

import { GUARD_MODES, type GuardMode } from '../host-contract/guards/source-guards.ts';
import type { VIFBase } from '../objects/vif.ts';

/** The mode of a guard. `off`: the guest may send every frame. */
export type SourceGuardMode = 'off' | GuardMode;
/** The values of SourceGuardMode. */
export const SOURCE_GUARD_MODES = ['off', ...GUARD_MODES] as const;

/** Options of plugins for the source addresses of guests. */
export interface SourceGuardOptions {
  /**
   * A guard drops and counts frames that the guest sends from other addresses than those of the VIF
   * (docs/source-guard.md). `mac-and-ip` works as `mac` for a VIF without IP addresses. In code, a
   * function decides for each VIF, and must give the same answer each time. Default: `off`.
   */
  readonly sourceGuard?: SourceGuardMode | ((vif: VIFBase) => SourceGuardMode);
  /**
   * Further IP addresses and prefixes of the guest, such as those of allowed address pairs. An
   * address that the guest uses with another MAC address has that MAC address behind a space:
   * `10.0.0.5 00:00:5e:00:01:0a`. In mode `mac`, only such addresses count. Default: none.
   */
  readonly allowedAddresses?: (vif: VIFBase) => readonly string[];
}
