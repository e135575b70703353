/** Watches VIFs: checks those whose devices or rows have changed, and repairs them on request. */

import type { Attachment } from '../call-options.ts';
import type { Calls } from '../calls.ts';
import { messageOf } from '../text/message-of.ts';
import { canonicalUuid } from '../text/uuid.ts';
import { sleep } from '../wiring/timing.ts';
import { byPlugin, type Checked, checkAndRecord } from './checks.ts';
import { EventQueue } from './event-queue.ts';
import { followHost } from './follow-host.ts';
import { NameIndex } from './name-index.ts';
import { publish } from './publish.ts';
import { Repairs } from './repairs.ts';
import type { ResynchronizationReason, VIFWatch, WatchEvent, WatchOptions } from './vif-watch.ts';
import { WatchedVIF } from './watched-vif.ts';

/** Changes within this time are checked together. */
const GATHER_MS = 2;
/** From this number on, VIFs are checked with one list of devices. */
const MANY = 16;
/** A database without a server delays a check for this time. */
const CHECK_TIMEOUT_MS = 10_000;
const INTERVAL_MS = 60_000;

/** The watch that `OsVif.watch` returns. */
export class RunningWatch implements VIFWatch {
  readonly #calls: Calls;
  readonly #events = new EventQueue<WatchEvent>();
  readonly #vifs = new Map<string, WatchedVIF>();
  readonly #index = new NameIndex();
  /** VIFs to check. */
  readonly #stale = new Set<WatchedVIF>();
  readonly #repairs: Repairs | undefined;
  readonly #controller = new AbortController();
  /** Work that the end of the watch waits for. */
  readonly #work = new Set<Promise<void>>();
  /** No VIF is checked before the host tells its changes. */
  #isStarted = false;
  #isScheduled = false;
  #reason: ResynchronizationReason | undefined;
  /** The numbers of the last changes of names, while checks run. */
  readonly #changes = new Map<string, number>();
  #lastChange = 0;
  #runningChecks = 0;
  readonly #onEnd: () => void;

  /** `OsVif.watch` makes watches, with valid options. */
  constructor(calls: Calls, attachments: Iterable<Attachment>, options: WatchOptions, onEnd: () => void) {
    const { signal, repair = false, interval = INTERVAL_MS } = options;
    this.#calls = calls;
    if (repair) this.#repairs = new Repairs((vif) => this.#run(this.#repair(vif)));
    for (const attachment of attachments) this.add(attachment);
    const onAbort = (): void => void this.#end(signal?.reason);
    signal?.addEventListener('abort', onAbort);
    this.#onEnd = () => {
      signal?.removeEventListener('abort', onAbort);
      onEnd();
    };
    void this.#run(this.#follow());
    void this.#run(this.#checkAtIntervals(interval));
    // Not at once, because `onEnd` may need the watch itself.
    if (signal?.aborted) queueMicrotask(onAbort);
  }

  add(attachment: Attachment): void {
    const vif = new WatchedVIF(this.#calls.idFor('check', attachment), attachment);
    vif.drifts = this.#vifs.get(vif.id)?.drifts ?? [];
    this.remove(vif.id);
    this.#vifs.set(vif.id, vif);
    this.#index.set(vif, new Set([vif.id]));
    this.#markStale(vif);
  }

  remove(id: string): void {
    const vif = this.#vifs.get(canonicalUuid(id));
    if (vif === undefined) return;
    vif.cancel();
    this.#vifs.delete(vif.id);
    this.#stale.delete(vif);
    this.#repairs?.delete(vif);
    this.#index.set(vif, new Set());
  }

  has(id: string): boolean {
    return this.#vifs.has(canonicalUuid(id));
  }

  /** The next event. */
  next(): Promise<IteratorResult<WatchEvent, undefined>> {
    return this.#events.next();
  }

  /** Ends the watch, and waits for its calls. */
  async return(): Promise<IteratorResult<WatchEvent, undefined>> {
    this.#events.clear();
    await this.#end();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** Ends the watch, and waits for its calls. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  get #isOver(): boolean {
    return this.#controller.signal.aborted;
  }

  /** Ends the watch. After the unread events, the iterator throws the error, if there is one. */
  async #end(error?: unknown): Promise<void> {
    this.#onEnd();
    this.#controller.abort(error);
    for (const vif of this.#vifs.values()) vif.cancel();
    this.#events.end(error);
    while (this.#work.size > 0) await Promise.all(this.#work);
  }

  /** Starts work. Its error ends the watch. */
  #run(work: Promise<void>): Promise<void> {
    const running = work
      .catch((error: unknown) => {
        // Not awaited, because the end waits for this work.
        if (!this.#isOver) void this.#end(error);
      })
      .finally(() => this.#work.delete(running));
    this.#work.add(running);
    return running;
  }

  #follow(): Promise<void> {
    const handlers = {
      onStart: () => {
        this.#isStarted = true;
        this.#resynchronize('start');
      },
      onLost: () => this.#resynchronize('events lost'),
      onChanges: (names: readonly string[]) => this.#onChanges(names),
    };
    return followHost(this.#calls.host, handlers, this.#controller.signal);
  }

  async #checkAtIntervals(interval: number): Promise<void> {
    while (interval > 0) {
      await sleep(interval, this.#controller.signal);
      if (this.#isOver) return;
      if (this.#isStarted) this.#resynchronize('interval');
    }
  }

  #onChanges(names: readonly string[]): void {
    for (const name of names) {
      if (this.#runningChecks > 0) this.#changes.set(name, ++this.#lastChange);
      for (const vif of this.#index.find(name)) this.#markStale(vif);
    }
  }

  #resynchronize(reason: ResynchronizationReason): void {
    this.#reason ??= reason;
    for (const vif of this.#vifs.values()) this.#stale.add(vif);
    this.#schedule();
  }

  #markStale(vif: WatchedVIF): void {
    if (this.#vifs.get(vif.id) !== vif) return;
    this.#stale.add(vif);
    if (!vif.isBusy) this.#schedule();
  }

  /** Checks the stale VIFs soon. */
  #schedule(): void {
    if (!this.#isStarted || this.#isScheduled || this.#isOver) return;
    this.#isScheduled = true;
    void this.#run(
      sleep(GATHER_MS, this.#controller.signal).then(() => {
        this.#isScheduled = false;
        return this.#checkStale();
      }),
    );
  }

  async #checkStale(): Promise<void> {
    const reason = this.#reason;
    this.#reason = undefined;
    const stale = [...this.#stale].filter(({ isBusy }) => !isBusy);
    // A VIF with a call under way is checked after the call. The others do not wait for it.
    const later = stale.filter(({ id }) => this.#calls.isBusy(id));
    const now = stale.filter((vif) => !later.includes(vif));
    for (const vif of later) void this.#run(this.#check([vif]));
    // A database that does not answer delays the VIFs of its plugin, and no others.
    const groups = byPlugin(now).flatMap((vifs) => (vifs.length < MANY ? vifs.map((vif) => [vif]) : [vifs]));
    await Promise.all(groups.map((vifs) => this.#check(vifs)));
    if (reason !== undefined) this.#tell({ type: 'resynchronized', reason });
  }

  async #check(vifs: readonly WatchedVIF[]): Promise<void> {
    const lastChange = this.#lastChange;
    this.#runningChecks += 1;
    for (const vif of vifs) this.#begin(vif);
    const outcomes = await this.#outcomesOf(vifs);
    this.#runningChecks -= 1;
    for (const [i, vif] of vifs.entries()) {
      vif.isBusy = false;
      const outcome = outcomes[i];
      if (outcome === undefined || !this.#isWatched(vif)) continue;
      if (outcome.status === 'rejected') this.#onFailure(vif, outcome.reason);
      else this.#onChecked(vif, outcome.value, lastChange);
    }
    if (this.#runningChecks === 0) this.#changes.clear();
    if (this.#stale.size > 0) this.#schedule();
  }

  async #outcomesOf(vifs: readonly WatchedVIF[]): Promise<PromiseSettledResult<Checked>[]> {
    const attachments = vifs.map(({ attachment }) => attachment);
    const options = { signal: this.#controller.signal, timeout: CHECK_TIMEOUT_MS };
    if (vifs.length > 1)
      return this.#calls
        .outcomesOf('check', attachments, options, checkAndRecord)
        .catch((reason: unknown) => vifs.map(() => ({ status: 'rejected', reason })));
    return Promise.allSettled(
      attachments.map((attachment) => this.#calls.ask('check', attachment, options, checkAndRecord)),
    );
  }

  #onChecked(vif: WatchedVIF, { drifts, names }: Checked, lastChange: number): void {
    this.#index.set(vif, names);
    for (const name of names) if ((this.#changes.get(name) ?? 0) > lastChange) this.#stale.add(vif);
    const isNews = vif.isNews(drifts) || (vif.hasFailed && drifts.length === 0);
    vif.drifts = drifts;
    vif.hasFailed = false;
    if (isNews)
      this.#tell({ ...vif.attachment, ...(drifts.length > 0 ? { type: 'drift', drifts } : { type: 'restored' }) });
    if (drifts.length === 0 || this.#repairs === undefined) return;
    if (vif.wait > 0) {
      vif.later(vif.wait, () => this.#markStale(vif));
      return;
    }
    this.#begin(vif);
    this.#repairs.add(vif);
  }

  #onFailure(vif: WatchedVIF, error: unknown): void {
    const retryIn = vif.tried();
    vif.hasFailed = true;
    vif.later(retryIn, () => this.#markStale(vif));
    this.#tell({
      ...vif.attachment,
      type: 'failed',
      error: error instanceof Error ? error : new Error(messageOf(error)),
      retryIn,
    });
  }

  /** Plugs the VIF, and checks it afterwards. Never rejects. */
  async #repair(vif: WatchedVIF): Promise<void> {
    const { drifts, attachment } = vif;
    try {
      const result = await this.#calls.plug(attachment.vif, attachment.instance, { signal: this.#controller.signal });
      vif.tried();
      if (!this.#isWatched(vif)) return;
      vif.drifts = [];
      vif.hasFailed = false;
      this.#tell({ ...attachment, type: 'repaired', drifts, result });
      this.#stale.add(vif);
    } catch (error) {
      if (this.#isWatched(vif)) this.#onFailure(vif, error);
    } finally {
      vif.isBusy = false;
      this.#schedule();
    }
  }

  #begin(vif: WatchedVIF): void {
    vif.isBusy = true;
    vif.cancel();
    this.#stale.delete(vif);
  }

  #isWatched(vif: WatchedVIF): boolean {
    return !this.#isOver && this.#vifs.get(vif.id) === vif;
  }

  #tell(event: WatchEvent): void {
    if (this.#isOver) return;
    publish(event);
    this.#events.push(event.type === 'resynchronized' ? event.type : `${event.vif.id} ${event.type}`, event);
  }
}
