/**
 * Formats drift as rows of a table: type, element, device or row, property or reason,
 * wanted value, found value.
 */

import type { ElementDrift } from '../../wiring/elements/verbs.ts';
import { shown } from './output.ts';
import type { Cell } from './table.ts';

/** The rows of the table of drifts. */
export function driftRows(drifts: readonly ElementDrift[]): Cell[][] {
  return drifts.map((drift) => [
    { word: drift.type, color: drift.type === 'differs' ? 'yellow' : 'red' },
    drift.element,
    drift.on,
    ...detailsOf(drift),
  ]);
}

function detailsOf(drift: ElementDrift): Cell[] {
  if (drift.type === 'differs') return [drift.property, shown(drift.want), shown(drift.have)];
  return [drift.reason ?? '', '', ''];
}
