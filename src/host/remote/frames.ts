/** Cuts a stream of bytes into frames, one per line. It stores at most one frame, up to the limit. */

import { HelperProtocolError } from '../../errors/helper.ts';
import { isRecord } from '../../text/is-record.ts';

const NEWLINE = 0x0a;
/** The largest number of pieces of a line before they are joined. */
const MAX_PIECES = 64;

/**
 * The lines of a stream without their line feeds. An incomplete last line is left out.
 * @throws HelperProtocolError for a line of more than `limit` bytes
 */
export async function* framesOf(input: AsyncIterable<Buffer>, limit: number): AsyncGenerator<Buffer> {
  let pieces: Buffer[] = [];
  let size = 0;
  const add = (piece: Buffer): void => {
    size += piece.length;
    if (size > limit) throw new HelperProtocolError(`a frame of more than ${limit} bytes`);
    pieces.push(piece);
    // Pieces are joined, because even a buffer of one byte needs about a hundred bytes.
    if (pieces.length > MAX_PIECES) pieces = [Buffer.concat(pieces)];
  };
  for await (const chunk of input) {
    let rest = chunk;
    for (let end = rest.indexOf(NEWLINE); end !== -1; end = rest.indexOf(NEWLINE)) {
      add(rest.subarray(0, end));
      const line = Buffer.concat(pieces);
      [pieces, size] = [[], 0];
      rest = rest.subarray(end + 1);
      yield line;
    }
    // A copy, because a part of a chunk keeps the whole chunk in memory.
    if (rest.length > 0) add(rest === chunk ? rest : Buffer.from(rest));
  }
}

/** A value as a frame: a line of JSON. */
export function frameOf(value: unknown): string {
  return `${JSON.stringify(value)}\n`;
}

/**
 * The object in a frame. Its values are not checked.
 *
 * @throws HelperProtocolError if the frame is not a JSON object
 */
export function objectIn(frame: Buffer): Readonly<Record<string, unknown>> {
  const value = parsed(frame);
  if (isRecord(value)) return value;
  throw new HelperProtocolError(`a frame that is not a JSON object: ${JSON.stringify(frame.toString('utf8', 0, 40))}`);
}

function parsed(frame: Buffer): unknown {
  try {
    return JSON.parse(frame.toString());
  } catch {
    return undefined;
  }
}
