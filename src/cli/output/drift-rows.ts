/**
 * Formats drift as rows of a table: type, element, device or row, property or reason,
 * wanted value, found value.
 */

import type { ElementDrift } from '../../wiring/elements/verbs.ts';
import { colored, shown } from './output.ts';
import type { Cell } from './table.ts';

/** The rows of the table of drifts. */
export function driftRows(drifts: readonly ElementDrift[]): Cell[][] {
  return drifts.map((drift) => [
    { styled: colored(drift.type === 'differs' ? 'yellow' : 'red', drift.type) },
    drift.element,
    drift.on,
    ...detailsOf(drift),
  ]);
}

function detailsOf(drift: ElementDrift): Cell[] {
  if (drift.type === 'differs') return [drift.property, shown(drift.want), shown(drift.have)];
  return [drift.reason ?? '', '', ''];
}
