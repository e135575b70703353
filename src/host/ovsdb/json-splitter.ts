/**
 * Cuts a stream of bytes into JSON texts. Messages of OVSDB follow each other without separators (RFC 7047
 * 4), so a message ends where its first brace is closed.
 *
 * The time is linear, because the splitter reads every byte once. It does not parse the texts.
 */
import { OvsdbProtocolError } from '../../errors/ovs.ts';

/** The largest size of a message, in bytes. */
const MAX_MESSAGE_BYTES = 64 * 1024 * 1024;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;

/** Cuts a stream of bytes into JSON texts. */
export class JsonSplitter {
  /**
   * The start of an incomplete message, in the first `#length` bytes.
   * The capacity doubles when the buffer is full.
   */
  #held: Uint8Array = new Uint8Array(0);
  #length = 0;
  #depth = 0;
  #inString = false;
  #escaped = false;
  readonly #decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  readonly #limit: number;

  constructor(limit = MAX_MESSAGE_BYTES) {
    this.#limit = limit;
  }

  /**
   * Reads the next bytes, and returns the messages that they complete, in order.
   *
   * @throws OvsdbProtocolError for an invalid byte between messages, for invalid UTF-8, and for a
   *   message above the limit
   */
  push(chunk: Uint8Array): string[] {
    const messages: string[] = [];
    let start = 0;
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at];
      if (this.#inString) {
        if (this.#escaped) this.#escaped = false;
        else if (byte === BACKSLASH) this.#escaped = true;
        else if (byte === QUOTE) this.#inString = false;
      } else if (byte === QUOTE && this.#depth > 0) {
        this.#inString = true;
      } else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
        if (this.#depth === 0) start = at;
        this.#depth++;
      } else if (this.#depth === 0) {
        if (!isWhitespace(byte))
          throw new OvsdbProtocolError(`no JSON message starts with byte 0x${byte?.toString(16)}`);
      } else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
        this.#depth--;
        if (this.#depth === 0) messages.push(this.#finish(chunk.subarray(start, at + 1)));
      }
    }
    if (this.#depth > 0) this.#hold(chunk.subarray(start));
    return messages;
  }

  /** Whether the start of an incomplete message was read. */
  get isInsideMessage(): boolean {
    return this.#depth > 0;
  }

  #finish(tail: Uint8Array): string {
    if (this.#length === 0) return this.#decode(tail);
    this.#hold(tail);
    const text = this.#decode(this.#held.subarray(0, this.#length));
    this.#held = new Uint8Array(0);
    this.#length = 0;
    return text;
  }

  #hold(bytes: Uint8Array): void {
    const length = this.#length + bytes.length;
    if (length > this.#limit) throw new OvsdbProtocolError(`a message is longer than ${this.#limit} bytes`);
    if (length > this.#held.length) {
      const roomier = new Uint8Array(Math.max(length, 2 * this.#held.length));
      roomier.set(this.#held.subarray(0, this.#length));
      this.#held = roomier;
    }
    this.#held.set(bytes, this.#length);
    this.#length = length;
  }

  #decode(bytes: Uint8Array): string {
    try {
      return this.#decoder.decode(bytes);
    } catch (cause) {
      throw new OvsdbProtocolError('a message is not valid UTF-8', { cause });
    }
  }
}

function isWhitespace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}
