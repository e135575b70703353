/** Finds the attributes of a message without a copy of their values: lists of devices are long. */

import { ATTRIBUTE_HEADER_SIZE, ATTRIBUTE_TYPE, aligned, readString, readU16, readU32 } from './message.ts';

const EMPTY = Buffer.alloc(0);

/**
 * The places of the attributes of one level of nesting, by type. `read` replaces the contents, so
 * that one table serves all messages. Attributes of larger types than the table has are ignored.
 */
export class AttributeTable {
  readonly #starts: Uint32Array;
  readonly #ends: Uint32Array;
  #buffer: Buffer = EMPTY;

  /** @param largest the largest type that is looked up */
  constructor(largest: number) {
    this.#starts = new Uint32Array(largest + 1);
    this.#ends = new Uint32Array(largest + 1);
  }

  /**
   * Finds the attributes in a part of the buffer. Stops at the first incomplete attribute. The last
   * attribute of a type counts, as in the kernel.
   */
  read(buffer: Buffer, from: number, to: number): void {
    const [starts, ends] = [this.#starts, this.#ends];
    this.#buffer = buffer;
    starts.fill(0);
    ends.fill(0);
    for (let at = from; at + ATTRIBUTE_HEADER_SIZE <= to; ) {
      const length = readU16(buffer, at);
      if (length < ATTRIBUTE_HEADER_SIZE || at + length > to) return;
      const type = readU16(buffer, at + 2) & ATTRIBUTE_TYPE;
      if (type < starts.length) {
        starts[type] = at + ATTRIBUTE_HEADER_SIZE;
        ends[type] = at + length;
      }
      at += aligned(length);
    }
  }

  /** Finds the attributes within an attribute of another table. */
  readNested(outer: AttributeTable, type: number): void {
    this.read(outer.#buffer, outer.startOf(type), outer.endOf(type));
  }

  has(type: number): boolean {
    return this.endOf(type) !== 0;
  }

  /** Where the value starts in the buffer. 0 for an absent attribute. */
  startOf(type: number): number {
    return this.#starts[type] ?? 0;
  }

  /** Where the value ends in the buffer. 0 for an absent attribute. */
  endOf(type: number): number {
    return this.#ends[type] ?? 0;
  }

  /** The bytes of the value. Empty for an absent attribute. */
  bytes(type: number): Buffer {
    return this.#buffer.subarray(this.startOf(type), this.endOf(type));
  }

  /** The number in an attribute of 8, 16 or 32 bits. 0 for an absent attribute. */
  number(type: number): number {
    const [start, end] = [this.startOf(type), this.endOf(type)];
    if (end - start >= 4) return readU32(this.#buffer, start);
    if (end - start >= 2) return readU16(this.#buffer, start);
    return end === start ? 0 : this.#buffer.readUInt8(start);
  }

  /** The text up to the first NUL. Empty for an absent attribute. */
  text(type: number): string {
    return readString(this.#buffer, this.startOf(type), this.endOf(type));
  }

  /** A hardware address such as `02:fe:00:00:00:01`. Empty for an absent attribute. */
  address(type: number): string {
    const end = this.endOf(type);
    let text = '';
    for (let at = this.startOf(type); at < end; at++) {
      const byte = HEX[this.#buffer[at] ?? 0] ?? '';
      text += text === '' ? byte : `:${byte}`;
    }
    return text;
  }
}

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));
