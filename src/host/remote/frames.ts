/** Cuts a stream of bytes into frames, which are lines, and never holds more of one than a frame may have. */

import { HelperProtocolError } from '../../errors/helper.ts';

const NEWLINE = 0x0a;
/** Pieces of one line that are held apart. */
const MAX_PIECES = 64;

/**
 * The lines of a stream, one for each time that the caller asks; a last one that is cut short is left out.
 * @throws HelperProtocolError for a line of more than `limit` bytes
 */
export async function* framesOf(input: AsyncIterable<Buffer>, limit: number): AsyncGenerator<string> {
  let pieces: Buffer[] = [];
  let size = 0;
  const add = (piece: Buffer): void => {
    size += piece.length;
    if (size > limit) throw new HelperProtocolError(`a frame of more than ${limit} bytes`);
    pieces.push(piece);
    // A sender of single bytes would cost a hundred times their number.
    if (pieces.length > MAX_PIECES) pieces = [Buffer.concat(pieces)];
  };
  for await (const chunk of input) {
    let rest = chunk;
    for (let end = rest.indexOf(NEWLINE); end !== -1; end = rest.indexOf(NEWLINE)) {
      add(rest.subarray(0, end));
      const line = Buffer.concat(pieces).toString();
      [pieces, size] = [[], 0];
      rest = rest.subarray(end + 1);
      yield line;
    }
    if (rest.length > 0) add(rest);
  }
}

export function frameOf(value: unknown): string {
  return `${JSON.stringify(value)}\n`;
}

/** The object that a frame holds, as yet unchecked. @throws HelperProtocolError for what is no JSON object */
export function objectIn(frame: string): Readonly<Record<string, unknown>> {
  const value = parsed(frame);
  if (isObject(value)) return value;
  throw new HelperProtocolError(`a frame that is not a JSON object: ${JSON.stringify(frame.slice(0, 40))}`);
}

function parsed(frame: string): unknown {
  try {
    return JSON.parse(frame);
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
