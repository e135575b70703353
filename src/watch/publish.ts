/** Publishes the events of watches on their tracing channel. */

import { publishEvent } from '../host-contract/diagnostics/traced.ts';
import { canonicalUuid } from '../text/uuid.ts';
import type { WatchEvent } from './vif-watch.ts';

/** Publishes an event of a watch on the channel `os-vif:watch`. */
export function publish(event: WatchEvent): void {
  if (event.type === 'resynchronized') {
    publishEvent('os-vif:watch', { event: event.type, reason: event.reason });
    return;
  }
  const { id = '', plugin = '' } = event.vif;
  const details = { vif: canonicalUuid(id), plugin, event: event.type };
  publishEvent('os-vif:watch', details, event.type === 'failed' ? event.error : undefined);
}
