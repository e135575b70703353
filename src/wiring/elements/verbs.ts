/** The context in which the functions of elements work, and the differences between a host and an element. */

import type { DoneStep } from '../../errors/plug-result.ts';
import type { Host } from '../../host-contract/host.ts';
import type { ExpectedLink } from '../../host-contract/links.ts';
import type { WaitFor } from '../ovs/wait-for.ts';

/** The host on which the functions of an element work, and the owner of the resources that they make. */
export interface ElementContext {
  readonly host: Host;
  /**
   * The id of the VIF. Functions of elements get the canonical form.
   * The id is the tag of the devices and rows that are made.
   */
  readonly owner: string;
  /**
   * Names of devices that elements of the same wiring make. If such a device is missing, a plug makes it.
   * Default: none.
   */
  readonly made?: ReadonlySet<string> | undefined;
  /** An aborted signal ends calls that wait. */
  readonly signal?: AbortSignal | undefined;
  /**
   * Called for each network device whose port was removed from Open vSwitch because the wiring no longer has
   * the port.
   */
  readonly onObsoletePort?: ((name: string) => void) | undefined;
  /** The waits of a plug. Default: for the ports that ovs-vswitchd opens. */
  readonly waits?: OvsWaits | undefined;
  /** Called by a check for each fact that is no drift. */
  readonly onNote?: ((note: CheckNote) => void) | undefined;
  /** Deletes the devices of several unplugs together. Default: each device is deleted separately. */
  readonly deletions?: Deletions | undefined;
  /**
   * Receives each change of the host, for the result of the plug or unplug. Changes through `host`
   * are noted without a call. An element calls this function for each change that it makes in
   * another way.
   */
  readonly note?: ((step: DoneStep) => void) | undefined;
}

/** The waits of a plug for ovs-vswitchd and ovn-controller. */
export interface OvsWaits {
  readonly for: WaitFor;
  /** Milliseconds that it waits for ovn-controller. 0: no limit. */
  readonly ovnTimeout: number;
}

/** Deletes the devices of several unplugs together. */
export interface Deletions {
  /**
   * Deletes a device. A missing device, and a device that no longer agrees with `link`, is ignored.
   * An aborted signal ends the wait for other deletions.
   */
  delete(link: ExpectedLink, signal?: AbortSignal): Promise<void>;
}

/** A context that notes how each change is undone. */
export interface UndoContext extends ElementContext {
  /**
   * Notes the function that undoes a change. An element notes the undo directly after the change, or directly
   * before a change that can fail after a part of its work.
   */
  undoable(undo: () => Promise<void>): void;
}

/** A drift, and the element that it is a drift of: `tap tap1a2b3c4d-5e`. */
export type ElementDrift = Drift & { readonly element: string };

/** A fact about an element that is no drift: a plug does not change it. */
export interface CheckNote {
  /** The id of the VIF. */
  readonly vif: string;
  readonly element: string;
  readonly note: string;
}

/** A device of the kernel, or a port or bridge of Open vSwitch, that got the tag of the VIF. */
export interface Adopted {
  /** The element that it is part of, such as `tap tap1a2b3c4d-5e`. */
  readonly element: string;
  /** The name of the device or row. */
  readonly on: string;
}

/** One difference between the host and an element. `on` names the device, the chain or the other resource. */
export type Drift =
  /**
   * The resource does not exist. A plug makes the resource, or fails for the `reason` if the drift has one.
   */
  | { readonly type: 'missing'; readonly on: string; readonly reason?: string }
  /** The resource has another owner. A plug would fail. */
  | { readonly type: 'conflict'; readonly on: string; readonly reason: string }
  /** The resource exists, and its `property` (`mtu`, `bridge.stp`) has another value. */
  | {
      readonly type: 'differs';
      readonly on: string;
      readonly property: string;
      readonly want: unknown;
      readonly have: unknown;
    };
