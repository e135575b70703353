/** The names of the options of the layout. */

import type { OptionKinds } from '../errors/argument.ts';
import { oneOfValues, type ValueKind } from '../errors/value-kinds.ts';
import { isRecord } from '../text/is-record.ts';
import type { LayoutOptions } from './graph-model.ts';

/** A graph of `graphOf` or `OsVif.graph`. */
export const GRAPH: ValueKind = {
  expected: 'a graph of graphOf() or OsVif.graph()',
  accepts: (value) => isRecord(value) && ['nodes', 'edges', 'groups'].every((part) => Array.isArray(value[part])),
};

export const LAYOUT_OPTIONS: OptionKinds<LayoutOptions> = { direction: oneOfValues('right', 'down') };
