/** The changes of a host, kept for callers that wait for them. */

import { type Changes, type ChangesOptions, requireChanges } from './changes.ts';

/** The number of changes that a journal keeps. A caller that is further behind has lost changes. */
const MAX_KEPT = 65_536;

/** A list of the names of what has changed. Any number of callers read it, each at its own pace. */
export class ChangeJournal {
  /** Tells the cursors of this journal from those of an earlier one. */
  readonly #id = crypto.randomUUID();
  #names: string[] = [];
  /** The number of changes before the first kept name. */
  #dropped = 0;
  readonly #waiting = new Set<() => void>();
  #error: Error | undefined;

  /** The place after the last change. */
  get cursor(): string {
    return `${this.#id}/${this.#end}`;
  }

  get #end(): number {
    return this.#dropped + this.#names.length;
  }

  /** Notes a change of the device or row with this name. */
  add(name: string): void {
    this.#names.push(name);
    if (this.#names.length > MAX_KEPT) this.#drop(MAX_KEPT / 2);
    this.#wake();
  }

  /** Notes that changes were lost. */
  lose(): void {
    this.#names.push('');
    this.#drop(this.#names.length);
    this.#wake();
  }

  /** Ends the wait of all callers. Later calls fail too. */
  end(error: Error): void {
    this.#error ??= error;
    this.#wake();
  }

  /**
   * Returns the changes after the cursor, and waits for the first one. Without a cursor, it returns
   * the present place at once.
   */
  async after(call: string, since: string | undefined, options: ChangesOptions = {}): Promise<Changes> {
    requireChanges(call, since, options);
    options.signal?.throwIfAborted();
    if (since === undefined) return this.#changes(this.#end);
    const place = this.#placeOf(since);
    if (place === undefined) return { ...this.#changes(this.#end), complete: false };
    if (place === this.#end && this.#error === undefined) await this.#wait(options);
    return this.#changes(place);
  }

  #changes(place: number): Changes {
    if (this.#error !== undefined) throw this.#error;
    if (place < this.#dropped) return { cursor: this.cursor, names: [], complete: false };
    const names = new Set(this.#names.slice(place - this.#dropped));
    return { cursor: this.cursor, names: [...names], complete: true };
  }

  #placeOf(cursor: string): number | undefined {
    const [id, text = ''] = cursor.split('/');
    const place = Number(text);
    return id === this.#id && Number.isSafeInteger(place) && place <= this.#end ? place : undefined;
  }

  #drop(count: number): void {
    this.#names = this.#names.slice(count);
    this.#dropped += count;
  }

  #wait({ signal, wait }: ChangesOptions): Promise<void> {
    return new Promise((resolve, reject) => {
      const end = (settle: () => void) => () => {
        clearTimeout(timer);
        this.#waiting.delete(onChange);
        signal?.removeEventListener('abort', onAbort);
        settle();
      };
      const onChange = end(resolve);
      const onAbort = end(() => reject(signal?.reason));
      const timer = wait === undefined ? undefined : setTimeout(onChange, wait);
      this.#waiting.add(onChange);
      signal?.addEventListener('abort', onAbort);
    });
  }

  #wake(): void {
    for (const onChange of [...this.#waiting]) onChange();
  }
}
