/** A progress bar on standard error, for work on many VIFs on a terminal. */

import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { DiagnosticsMessages } from '../../host-contract/diagnostics.ts';
import { unguardedStream } from './safe-output.ts';

/** A smaller number ends too soon for a progress bar. */
const FEW = 4;

/**
 * Runs an action. Each message on the channel advances the bar.
 *
 * @param total the expected number of messages
 * @param signal removes the bar
 */
export async function withProgress<T>(
  label: string,
  channel: keyof DiagnosticsMessages,
  total: number,
  action: () => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  if (!process.stderr.isTTY || total <= FEW) return action();
  const {
    default: { SingleBar, Presets },
  } = await import('cli-progress');
  const bar = new SingleBar(
    {
      stream: unguardedStream(process.stderr),
      format: `${label} {bar} {value}/{total}, {eta_formatted} to go`,
      clearOnComplete: true,
    },
    Presets.shades_classic,
  );
  let done = 0;
  const advance = (message: unknown): void => {
    if (isChange(message) && done < total) bar.update(++done);
  };
  subscribe(channel, advance);
  bar.start(total, 0);
  const end = (): void => {
    unsubscribe(channel, advance);
    bar.stop();
  };
  signal?.addEventListener('abort', end);
  try {
    return await action();
  } finally {
    end();
    signal?.removeEventListener('abort', end);
  }
}

/** Whether the message reports a change. Messages about reads do not advance the bar. */
function isChange(message: unknown): boolean {
  return !(typeof message === 'object' && message !== null && 'changes' in message && message.changes === false);
}
