/** A watch of VIFs in a test, and the events that it has told. */

import { onTestFinished } from 'vitest';
import type { Attachment } from '../../src/call-options.ts';
import type { Host } from '../../src/host-contract/host.ts';
import { OsVif } from '../../src/os-vif.ts';
import type { VIFPlugin } from '../../src/plugins/vif-plugin.ts';
import type { VIFWatch, WatchEvent, WatchOptions } from '../../src/watch/vif-watch.ts';
import { instance, tapVif } from '../plugins/vifs.ts';

/** An id for each number. */
export const idOf = (n: number): string => `00000000-0000-4000-8000-${n.toString(16).padStart(12, '0')}`;

/** A VIF whose TAP has this number. */
export const tapOf = (n: number) => ({ vif: tapVif({ id: idOf(n), vifName: `tap${n}` }), instance: instance() });

export interface Watched {
  readonly osVif: OsVif;
  readonly watch: VIFWatch;
  /** The next events, as `drift tap1`. */
  next(count: number): Promise<string[]>;
}

/** Plugs VIFs, and watches them. */
export async function watching(
  host: Host,
  attachments: readonly Attachment[],
  options: WatchOptions = {},
  plugins?: VIFPlugin[],
): Promise<Watched> {
  const osVif = await OsVif.open({ host, ...(plugins !== undefined && { plugins }) });
  onTestFinished(() => osVif.close());
  await osVif.plugAll(attachments);
  const watch = osVif.watch(attachments, { interval: 0, ...options });
  const next = async (count: number): Promise<string[]> => {
    const events: string[] = [];
    while (events.length < count) events.push(shown(await watch.next()));
    return events;
  };
  return { osVif, watch, next };
}

/** The event in two words. */
export function shown({ done, value }: IteratorResult<WatchEvent, undefined>): string {
  if (done || value === undefined) return 'done';
  if (value.type === 'resynchronized') return `all ${value.reason}`;
  const name = 'vifName' in value.vif ? value.vif.vifName : value.vif.id;
  return `${value.type} ${name}`;
}
