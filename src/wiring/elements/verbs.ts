/** Where elements are worked on, and how the host can differ from them. */

import type { Host } from '../../host-contract/host.ts';
import type { DeletionQueue } from '../deletion-queue.ts';

/** Where an element is worked on, and for whom. */
export interface Site {
  readonly host: Host;
  /** The VIF's id; marks the devices that are made. */
  readonly owner: string;
  /** Ends what waits for others. */
  readonly signal?: AbortSignal | undefined;
  /** Deletes the devices of several unplugs together. Default: each device is deleted by itself. */
  readonly deletions?: DeletionQueue | undefined;
}

/** A site where every change is noted with what takes it back. */
export interface UndoableSite extends Site {
  /** To be called right after each change. */
  undoable(undo: () => Promise<void>): void;
}

/** One way in which the host differs from what it should be. `on` names the device, chain or other thing that it is about. */
export type Drift =
  /** It is not there. */
  | { readonly type: 'missing'; readonly on: string }
  /** It is there, but is none of ours: a plug would fail. */
  | { readonly type: 'foreign'; readonly on: string; readonly reason: string }
  /** It is there, and `property` (`mtu`, `bridge.stp`) is not as it should be. */
  | {
      readonly type: 'differs';
      readonly on: string;
      readonly property: string;
      readonly want: unknown;
      readonly have: unknown;
    };
