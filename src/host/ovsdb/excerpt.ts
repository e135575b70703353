/** Shortens texts of a server for messages. */

/** The largest number of characters of a value in a message. */
const VALUE_LENGTH = 80;
/** The largest number of characters of a name or of the name of an error in a message. */
const WORD_LENGTH = 1_000;
/** The largest number of characters of the details of an error in a message. */
const DETAILS_LENGTH = 8_000;

/** The largest depth of arrays and objects in a message. */
const LEVELS = 4;
/** The largest number of elements or members of each array or object in a message. */
const MEMBERS = 8;

/** The start of a JSON value, as JSON. JSON.stringify would overflow the stack on a deeply nested value. */
export function excerptOf(value: unknown): string {
  return cut(written(value, LEVELS), VALUE_LENGTH);
}

/** Cuts a name, or the name of an error of RFC 7047 3.1. */
export function cutWord(text: string): string {
  return cut(text, WORD_LENGTH);
}

/** Cuts the `details` of an error (RFC 7047 3.1). */
export function cutDetails(text: string): string {
  return cut(text, DETAILS_LENGTH);
}

function cut(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length - 3)}...` : text;
}

function written(value: unknown, levels: number): string {
  if (typeof value === 'string') return JSON.stringify(cut(value, VALUE_LENGTH));
  if (typeof value !== 'object' || value === null) return String(value);
  if (levels === 0) return '...';
  const shown = Array.isArray(value)
    ? value.slice(0, MEMBERS).map((element: unknown) => written(element, levels - 1))
    : Object.keys(value)
        .slice(0, MEMBERS)
        .map((key) => `${written(key, levels)}:${written(Reflect.get(value, key), levels - 1)}`);
  return Array.isArray(value) ? `[${shown.join(',')}]` : `{${shown.join(',')}}`;
}
