/**
 * SIGINT and SIGTERM: the first ends the calls under way, the second ends the process after a last
 * report.
 */

import { InterruptedError } from '../errors/command.ts';
import { exitCodeOf, writeError } from './output/exit.ts';

/** The reports of a verb that a signal interrupts. */
export interface SignalReports {
  /** The end of the line at the first signal. It tells what happens next. */
  readonly next?: string;
  /** Prints what is known at the second signal. The process ends after it. */
  readonly last?: (interruption: InterruptedError) => Promise<void>;
}

/**
 * Runs an action with a signal that is aborted by SIGINT and SIGTERM. A third signal ends the
 * process at once. Signals after the action have no effect, because the process ends then.
 */
export async function interruptible<T>(
  { next, last = async () => {} }: SignalReports,
  action: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  let isFinished = false;
  let signals = 0;
  const onSignal = (name: NodeJS.Signals): void => {
    if (isFinished) return;
    const interruption = new InterruptedError(name);
    const exit = (): never => process.exit(exitCodeOf(interruption));
    signals++;
    if (signals === 1) {
      // The abort removes the progress bar before the line is written.
      controller.abort(interruption);
      if (next !== undefined) writeError(`${name}: ${next}`);
    } else if (signals === 2) void last(interruption).finally(exit);
    else exit();
  };
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, onSignal);
  try {
    return await action(controller.signal);
  } finally {
    isFinished = true;
  }
}
