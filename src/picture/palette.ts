/** The colour of each state; the words on a node always say the same. */

import type { GraphState } from './graph-model.ts';

/** How a state looks. */
export interface StateStyle {
  /** On light ground, at least 4.5 to 1. */
  readonly light: string;
  /** On dark ground, at least 4.5 to 1. */
  readonly dark: string;
  /** ECMA-48 SGR parameter, for a terminal's own colours. */
  readonly sgr: number;
  /** It is not there (yet). */
  readonly dashed: boolean;
}

const RED = { light: '#b42318', dark: '#ff8f87', sgr: 31 };
const AMBER = { light: '#8a5300', dark: '#f0b352', sgr: 33 };
const GREEN = { light: '#1a6e36', dark: '#6fd08c', sgr: 32 };
const PURPLE = { light: '#7a2e9e', dark: '#dba0f5', sgr: 35 };

export const STATE_STYLES: Readonly<Record<GraphState, StateStyle>> = {
  missing: { ...RED, dashed: true },
  differs: { ...AMBER, dashed: false },
  conflict: { ...PURPLE, dashed: false },
  create: { ...GREEN, dashed: true },
  change: { ...AMBER, dashed: false },
  refuse: { ...PURPLE, dashed: false },
};

/** The states in a list by name, for formats that declare each. */
export const STATES: readonly GraphState[] = ['missing', 'differs', 'conflict', 'create', 'change', 'refuse'];
