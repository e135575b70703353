/** Source guards: a guest can send frames only from its own addresses. */

/** The guards of this library. A device has at most one guard. */
export interface SourceGuards {
  /** All guards, of every owner. */
  list(): Promise<ListedGuard[]>;
  /** The states of all guards, of every owner. One list has the rules of all guards. */
  states(): Promise<SourceGuardState[]>;
  /** The guard of the device with this name. Undefined when there is none. */
  get(device: string): Promise<SourceGuardState | undefined>;
  /**
   * Creates the guard, or replaces the guard that the owner has on the device. No frame passes
   * unchecked during a replacement. The counter of the device is kept.
   * Fails with EEXIST when the device has a guard of another owner.
   */
  set(guard: SourceGuard): Promise<void>;
  /** Deletes the guard. A missing guard, and a guard of another owner, is ignored. */
  delete(guard: Pick<SourceGuard, 'device' | 'owner'>): Promise<void>;
}

/** Where a device checks frames: received frames, or frames that leave through the device. */
export const GUARD_HOOKS = ['ingress', 'egress'] as const;
/** One of GUARD_HOOKS. */
export type GuardHook = (typeof GUARD_HOOKS)[number];

/** A guard compares the source MAC address alone, or all source addresses. */
export const GUARD_MODES = ['mac', 'mac-and-ip'] as const;
/** One of GUARD_MODES. */
export type GuardMode = (typeof GUARD_MODES)[number];

/** A guard. docs/source-guard.md lists the frames that pass. */
export interface SourceGuard {
  /** Name of the device. */
  readonly device: string;
  readonly hook: GuardHook;
  /** The MAC address of the guest. */
  readonly mac: string;
  readonly mode: GuardMode;
  /**
   * The IP addresses and prefixes of the guest, at most 128. An address that the guest uses with
   * another MAC address has that MAC address behind a space: `10.0.0.5 00:00:5e:00:01:0a`. The
   * link-local address of each MAC address is always permitted. In mode `mac`, all have another MAC
   * address.
   */
  readonly addresses: readonly string[];
  /** The id of the VIF. */
  readonly owner: string;
  /**
   * The guard is for every device that gets the name, because another program makes the device.
   * Linux 6.18 accepts such a guard before the device exists. Default: false.
   */
  readonly anyDevice?: boolean;
}

/** A guard in a list, with its state. */
export interface ListedGuard extends Omit<SourceGuard, 'addresses'> {
  /** Number of dropped frames. */
  readonly drops: number;
  /** Whether the guard checks the frames of the device that has the name now. */
  readonly bound: boolean;
}

/** The current state of a guard. */
export interface SourceGuardState extends ListedGuard, SourceGuard {
  /** False when other rules than those of this library were found in the chains of the guard. */
  readonly active: boolean;
}
