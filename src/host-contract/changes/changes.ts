/** How a caller learns that devices or rows have changed. */

import { ArgumentError, type OptionKinds, requireOptions } from '../../errors/argument.ts';
import { MILLISECONDS, SIGNAL } from '../../errors/value-kinds.ts';

/** The changes after a cursor. */
export interface Changes {
  /** The place after these changes. The next call starts there. */
  readonly cursor: string;
  /**
   * The names of the changed devices or rows, each once. A renamed device has both names. A row of
   * Open vSwitch adds the UUIDs in its `iface-id` and `os-vif`.
   */
  readonly names: readonly string[];
  /** False if other changes were lost: everything may have changed. */
  readonly complete: boolean;
}

/** How to wait for changes. */
export interface ChangesOptions {
  /** Ends the wait. The call then fails with the reason of the signal. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds after which the call ends without a change. Default: no limit. */
  readonly wait?: number | undefined;
}

const OPTIONS: OptionKinds<ChangesOptions> = { signal: SIGNAL, wait: MILLISECONDS };

/** Throws ArgumentError for a wrong cursor or a wrong option. */
export function requireChanges(call: string, since: string | undefined, options: ChangesOptions): void {
  if (since !== undefined && typeof since !== 'string')
    throw new ArgumentError(call, 'expected the cursor of an earlier call, or undefined for the first call');
  requireOptions(call, options, OPTIONS);
}
