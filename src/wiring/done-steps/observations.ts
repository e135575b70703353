/** Describes the changes of an element as steps, from its reads and writes of the host. */

import type { DoneStep } from '../../errors/plug-result.ts';
import { nameIn } from '../../host-contract/expected-links.ts';
import type { ExpectedLink, Link } from '../../host-contract/links.ts';

/** The element that works with a host. */
export interface Subject {
  /** The name of the element, such as the PCI address of a virtual function. */
  readonly name: string;
  /**
   * Returns the label of the element that has the device or row.
   *
   * @param kind the kind of element for a row that no element of the wiring has
   */
  labelOf(on: string, kind?: string): string;
}

/** The devices that an element has read, and the steps that it takes. */
export class Observations {
  readonly subject: Subject;
  readonly #note: (step: DoneStep) => void;
  /** The devices by index, as the element saw them last. */
  readonly devices = new Map<number, Link>();
  readonly #names = new Map<number, string>();
  /**
   * The names of the resources that the element created. Their further changes belong to the
   * creation.
   */
  readonly #created = new Set<string>();

  constructor(subject: Subject, note: (step: DoneStep) => void) {
    this.subject = subject;
    this.#note = note;
  }

  /** Remembers the present state of a device. */
  see<L extends Link | undefined>(link: L): L {
    if (link !== undefined) this.devices.set(link.index, link);
    return link;
  }

  /** Remembers the name of a new device. */
  call(index: number, name: string): void {
    this.#names.set(index, name);
  }

  /**
   * Returns the name of a device, or `link` and its index if the element has not read the device.
   */
  nameOf(index: number, expected: readonly ExpectedLink[] = []): string {
    return this.devices.get(index)?.name ?? this.#names.get(index) ?? nameIn(expected, index);
  }

  create(on: string, kind?: string): void {
    this.#created.add(on);
    this.#note({ element: this.subject.labelOf(on, kind), on, action: 'create' });
  }

  change(on: string, { property, from, to }: Change): void {
    if (this.#created.has(on)) return;
    this.#note({ element: this.subject.labelOf(on), on, action: 'change', property, from, to });
  }

  remove(on: string, kind?: string): void {
    this.#created.delete(on);
    this.#note({ element: this.subject.labelOf(on, kind), on, action: 'remove' });
  }
}

/** A changed property with its values before and after the change. */
export interface Change {
  readonly property: string;
  readonly from: unknown;
  readonly to: unknown;
}
