/** `os-vif watch`: prints the drift of VIFs when it comes about, until a signal. */

import type { Command } from 'commander';
import type { FailedEvent, WatchEvent } from '../../watch/vif-watch.ts';
import { driftRows } from '../output/drift-rows.ts';
import type { ErrorData } from '../output/failures.ts';
import { type Color, colored, printsJson, printText } from '../output/output.ts';
import { tableOf } from '../output/table.ts';
import { addWiringVerb, seconds, type WiringOptions } from '../verb.ts';

interface WatchVerbOptions extends WiringOptions {
  readonly repair?: boolean;
  /** Milliseconds. */
  readonly interval?: number;
  /** Milliseconds. */
  readonly for?: number;
}

/** Adds the verb `watch` to the command. */
export function addWatch(program: Command): void {
  addWiringVerb(program, {
    name: 'watch',
    summary: 'print the drift of VIFs when it comes about',
    more: [
      'The kernel and the database of Open vSwitch tell each change. With --repair, VIFs with drift are plugged again: at ' +
        'once, and then at growing intervals while they drift again.',
      'With --json, each event is one line. SIGINT, SIGTERM and the end of the time in --for end the command with exit code 0.',
    ],
    examples: ['watch vifs.yaml --for 1', 'watch vifs.yaml --repair --json --for 1'],
  })
    .option('--repair', 'plug VIFs with drift again')
    .option(
      '--interval <seconds>',
      'time between checks of all VIFs, for changes without events; 0: never (default: 60)',
      seconds,
    )
    .option('--for <seconds>', 'end after this time (default: at a signal)', seconds)
    .action(watchFiles);
}

async function watchFiles(files: string[], options: WatchVerbOptions): Promise<void> {
  const [{ readAttachments }, { withOsVif }, { errorData, reportFailures }, { InterruptedError }] = await Promise.all([
    import('../input/attachments.ts'),
    import('../session.ts'),
    import('../output/failures.ts'),
    import('../../errors/command.ts'),
  ]);
  const attachments = await readAttachments(files, options);
  const valid = reportFailures(attachments);
  if (valid.length === 0 && attachments.results.length > 0) return;
  const { repair = false, interval, for: duration = 0 } = options;
  const errorOf: ErrorOf = ({ vif: { id }, error }) => errorData({ where: `VIF ${id}`, id, error });
  const print = (event: WatchEvent): void =>
    printsJson(options) ? printLine(event, errorOf) : printText(described(event, errorOf));
  await withOsVif(options, async ({ osVif, call: { signal } }) => {
    const watch = osVif.watch(valid, { signal, repair, ...(interval !== undefined && { interval }) });
    // Without a reader, the command would go on for ever.
    process.stdout.once('error', () => void watch.return());
    const end = duration > 0 ? setTimeout(() => void watch.return(), duration) : undefined;
    try {
      for await (const event of watch) print(event);
    } catch (error) {
      if (!(error instanceof InterruptedError)) throw error;
    } finally {
      clearTimeout(end);
    }
  });
}

/** The error of an event in the words of the command. */
type ErrorOf = (event: FailedEvent) => ErrorData;

/** Prints an event as one line of JSON. */
function printLine(event: WatchEvent, errorOf: ErrorOf): void {
  process.stdout.write(`${JSON.stringify({ time: new Date().toISOString(), ...dataOf(event, errorOf) })}\n`);
}

function dataOf(event: WatchEvent, errorOf: ErrorOf): object {
  const { type } = event;
  if (type === 'resynchronized') return { event: type, reason: event.reason };
  const { id } = event.vif;
  switch (type) {
    case 'drift':
      return { event: type, id, drifts: event.drifts };
    case 'restored':
      return { event: type, id };
    case 'repaired':
      return { event: type, id, drifts: event.drifts, steps: event.result.steps };
    case 'failed':
      return {
        event: type,
        id,
        error: errorOf(event),
        retryIn: event.retryIn,
      };
  }
}

const COLORS: Readonly<Record<WatchEvent['type'], Color>> = {
  drift: 'yellow',
  restored: 'green',
  repaired: 'green',
  failed: 'red',
  resynchronized: 'dim',
};

function described(event: WatchEvent, errorOf: ErrorOf): string {
  const time = colored('dim', new Date().toTimeString().slice(0, 8));
  const word = colored(COLORS[event.type], event.type);
  if (event.type === 'resynchronized') return `${time} ${word}: all VIFs were checked (${event.reason})`;
  const { type, id } = event.vif;
  const title = `${time} ${word} ${type} ${id}`;
  switch (event.type) {
    case 'drift':
      return `${title}\n${tableOf(['drift', 'element', 'on', 'what', 'want', 'have'], driftRows(event.drifts))}`;
    case 'failed':
      return `${title}: ${errorOf(event).message} (again in ${event.retryIn / 1000} s)`;
    default:
      return title;
  }
}
