/** A VIF of a watch: what is known of it, and when it may be tried again. */

import type { Attachment } from '../call-options.ts';
import type { ElementDrift } from '../wiring/elements/verbs.ts';

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 60_000;

/** A VIF of a watch. */
export class WatchedVIF {
  readonly id: string;
  readonly attachment: Attachment;
  /** The names that the last check has read. */
  names: ReadonlySet<string> = new Set();
  /** The drift that the last check has found. */
  drifts: readonly ElementDrift[] = [];
  /** The last check or repair has failed. */
  hasFailed = false;
  /** A check or a repair is under way. */
  isBusy = false;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #pause = 0;
  #notBefore = Number.NEGATIVE_INFINITY;

  constructor(id: string, attachment: Attachment) {
    this.id = id;
    this.attachment = attachment;
  }

  /** Whether the drift differs from that of the last check. */
  isNews(drifts: readonly ElementDrift[]): boolean {
    return JSON.stringify(drifts) !== JSON.stringify(this.drifts);
  }

  /** Milliseconds until the next repair may begin. */
  get wait(): number {
    return Math.max(0, this.#notBefore - performance.now());
  }

  /** Notes an attempt. Returns the milliseconds until the next one may begin. */
  tried(): number {
    const now = performance.now();
    // A VIF that stayed right for a long time begins with a short pause again.
    const isLongAgo = now - this.#notBefore > LONGEST_PAUSE_MS;
    this.#pause = isLongAgo ? FIRST_PAUSE_MS : Math.min(2 * this.#pause, LONGEST_PAUSE_MS);
    this.#notBefore = now + this.#pause;
    return this.#pause;
  }

  /** Calls the function after a pause, and not what an earlier call of this method was given. */
  later(pause: number, action: () => void): void {
    clearTimeout(this.#retry);
    this.#retry = setTimeout(action, pause);
  }

  /** Ends the pause without an action. */
  cancel(): void {
    clearTimeout(this.#retry);
  }
}
