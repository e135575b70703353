/** The result of a plug or an unplug. A BatchError has the result of each VIF that did not fail. */

/**
 * One change that a plug or an unplug made. `element` and `on` have the same meaning as in a
 * planned step.
 */
export type DoneStep = {
  /** The kind and the name of the element, such as `tap tap1a2b3c4d-5e`. */
  readonly element: string;
  /** The device, the row or the other resource that was changed. */
  readonly on: string;
} & (
  | { readonly action: 'create' }
  | { readonly action: 'change'; readonly property: string; readonly from: unknown; readonly to: unknown }
  | { readonly action: 'remove' }
);

/** The changes that a plug or an unplug made on the host. */
export interface PlugResult {
  /**
   * Whether the call changed the host. True also if the plugin returns no result, because the
   * changes are then unknown.
   */
  readonly changed: boolean;
  /** The changes, in order. Empty also if the plugin returns no result. */
  readonly steps: readonly DoneStep[];
  /** Sentences about things that the call did not do, with the reasons. Absent if there are none. */
  readonly notes?: readonly string[];
}
