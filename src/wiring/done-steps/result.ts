/** The result of a plug or an unplug. */

import type { DoneStep, PlugResult } from '../../errors/plug-result.ts';

/** Returns the result of a call that made these changes. */
export function resultOf(steps: readonly DoneStep[]): PlugResult {
  return { changed: steps.length > 0, steps };
}

/** The result of a plugin that returns none. */
export const UNKNOWN_RESULT: PlugResult = { changed: true, steps: [] };
