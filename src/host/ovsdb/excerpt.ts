/** Text of a server in messages: always short, whatever the server sent. */

/** Characters of a value in a message. */
const VALUE_LENGTH = 80;
/** Characters of a name or of an error word in a message. */
const WORD_LENGTH = 1_000;
/** Characters of the details of an error in a message. */
const DETAILS_LENGTH = 8_000;

/** Arrays and objects are written down to this level. */
const LEVELS = 4;
/** Elements or members that are written of each array or object. */
const MEMBERS = 8;

/** The start of a JSON value, as JSON. JSON.stringify would overflow the stack on a deeply nested value. */
export function excerptOf(value: unknown): string {
  return cut(written(value, LEVELS), VALUE_LENGTH);
}

/** Cuts a name, or an error word of RFC 7047 3.1. */
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
