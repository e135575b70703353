/** The style of each state. The notes on a node contain the same information as text. */

import type { GraphState } from './graph-model.ts';

/** The style of a state. */
export interface StateStyle {
  /** The colour on a light background. The contrast is at least 4.5 to 1. */
  readonly light: string;
  /** The colour on a dark background. The contrast is at least 4.5 to 1. */
  readonly dark: string;
  /** The colour on a terminal, as an SGR parameter of ECMA-48. */
  readonly sgr: number;
  /** Whether the frame is dashed, because the node does not exist (yet). */
  readonly dashed: boolean;
}

const RED = { light: '#b42318', dark: '#ff8f87', sgr: 31 };
const AMBER = { light: '#8a5300', dark: '#f0b352', sgr: 33 };
const GREEN = { light: '#1a6e36', dark: '#6fd08c', sgr: 32 };
const PURPLE = { light: '#7a2e9e', dark: '#dba0f5', sgr: 35 };

/** The styles by state. */
export const STATE_STYLES: Readonly<Record<GraphState, StateStyle>> = {
  missing: { ...RED, dashed: true },
  differs: { ...AMBER, dashed: false },
  conflict: { ...PURPLE, dashed: false },
  create: { ...GREEN, dashed: true },
  change: { ...AMBER, dashed: false },
  refuse: { ...PURPLE, dashed: false },
};

/** All states, for formats that declare a style for each of them. */
export const STATES: readonly GraphState[] = ['missing', 'differs', 'conflict', 'create', 'change', 'refuse'];
