/** The names of the options of the layout. */
import type { OptionNames } from '../errors/argument.ts';
import type { LayoutOptions } from './graph-model.ts';

export const LAYOUT_OPTIONS: OptionNames<LayoutOptions> = { direction: true };
