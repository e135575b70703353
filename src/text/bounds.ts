/**
 * The limits of texts that contain outside data.
 * An error message must stay readable and fit into a log line for every input.
 */

import { printable } from './printable.ts';
import { utf8 } from './utf8.ts';

/** The largest number of items that a message lists. */
export const MOST_LISTED = 100;
/** The largest size of a message, in bytes of UTF-8. */
export const LONGEST_MESSAGE = 16_000;
/**
 * The largest size of a list within a message, in bytes of UTF-8.
 * The remaining bytes are for the text around the list.
 */
const LONGEST_LIST = 15_000;
/** The largest number of characters of a name or a value that a message shows. */
const LONGEST_NAME = 80;

/**
 * The text of a list: at most 100 items and 15,000 bytes, then `and N more`. The first item is always shown.
 *
 * @param more the number of further items that `items` does not hold
 */
export function listed(items: readonly string[], separator = ', ', more = 0): string {
  const shown = fitting(items, (item) => item + separator);
  const rest = more + items.length - shown.length;
  return (rest === 0 ? shown : [...shown, andMore(rest)]).join(separator);
}

/** The first items, as many as fit into a list of 100 items and 15,000 bytes. The first item always fits. */
export function fitting<T>(items: readonly T[], textOf: (item: T) => string): readonly T[] {
  let bytes = 0;
  let count = 0;
  for (const item of items.slice(0, MOST_LISTED)) {
    bytes += bytesOf(textOf(item));
    if (bytes > LONGEST_LIST && count > 0) break;
    count++;
  }
  return items.slice(0, count);
}

/** The end of a list that is cut. */
export function andMore(count: number): string {
  return `and ${count} more`;
}

/** The number that {@link andMore} wrote; 0 for any other text. */
export function countOfMore(text = ''): number {
  return Number(/^and (\d{1,15}) more$/.exec(text)?.[1] ?? 0);
}

/**
 * A message of at most 16,000 bytes, in which invisible characters of outside data are escaped. A longer message is
 * cut, and ends with the number of missing characters.
 */
export function boundedMessage(text: string): string {
  const message = printable(text);
  if (message.length * LONGEST_CHARACTER <= LONGEST_MESSAGE || bytesOf(message) <= LONGEST_MESSAGE) return message;
  const ending = (cut: number) => `... ${andMore(message.length - cut)} characters`;
  const room = LONGEST_MESSAGE - bytesOf(ending(0));
  const { read } = new TextEncoder().encodeInto(message, new Uint8Array(room));
  return message.slice(0, read) + ending(read);
}

/** A name for a message. A name of more than 80 characters is cut. */
export function shortened(name: string): string {
  return name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME - 3)}...` : name;
}

/** The number of bytes that a UTF-16 code unit takes in UTF-8, at most. */
const LONGEST_CHARACTER = 3;

function bytesOf(text: string): number {
  return utf8(text).length;
}
