/** What each kind of element can do; one file per kind implements it. */

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

/** The verbs of one kind of element. */
export interface Verbs<E> {
  /** Throws LinkValueError for what could never be; asks the host nothing. */
  validate(element: E): void;
  /** Makes the host agree with the element; changes nothing where it does already. */
  ensure(element: E, site: UndoableSite): Promise<void>;
  /** Removes what ensure made for this owner; what is gone already is fine. */
  remove(element: E, site: Site): Promise<void>;
  /** Lists where the host differs from the element. */
  inspect(element: E, site: Site): Promise<Drift[]>;
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
