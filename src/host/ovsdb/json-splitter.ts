/**
 * Cuts a stream of bytes into JSON texts. OVSDB puts its messages one after the other with nothing in between
 * (RFC 7047 4), so the end of a message is where its first brace closes.
 *
 * Every byte is looked at once, however the stream is cut; the texts are parsed by whoever gets them.
 */
import { OvsdbProtocolError } from '../../errors/ovs.ts';

/** Bytes of the longest message that is taken. */
const MAX_MESSAGE_BYTES = 64 * 1024 * 1024;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;

export class JsonSplitter {
  /** The start of a message whose end has not come yet: the first `#length` bytes. Its capacity doubles when it is full. */
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
   * Takes the next bytes and returns the messages that they complete, in order.
   *
   * @throws OvsdbProtocolError on a byte between messages that starts none, on invalid UTF-8, on a message beyond the limit
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

  /** Whether a message has begun and not ended. */
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
