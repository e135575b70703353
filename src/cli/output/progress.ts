/** A progress bar on standard error, for work on many VIFs on a terminal. */

import type { DiagnosticsChannel, Operation } from '../../host-contract/diagnostics/messages.ts';
import { subscribeOperations } from '../../host-contract/diagnostics/subscribe.ts';
import { unguardedStream } from './safe-output.ts';

/** A smaller number ends too soon for a progress bar. */
const FEW = 4;

/**
 * Runs an action. Each operation on the channel that ends advances the bar.
 *
 * @param total the expected number of operations
 * @param signal removes the bar
 */
export async function withProgress<T>(
  label: string,
  channel: DiagnosticsChannel,
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
  const unsubscribe = subscribeOperations([channel], {
    asyncEnd: (operation) => {
      if (isChange(operation) && done < total) bar.update(++done);
    },
  });
  bar.start(total, 0);
  const end = (): void => {
    unsubscribe();
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

/** Whether the operation changes the host. Requests that only read do not advance the bar. */
function isChange(operation: Operation): boolean {
  return !('changes' in operation) || operation.changes;
}
