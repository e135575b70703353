/** Reads YAML in linear time. To be imported when needed. */

import { Composer, type CST, type Document, isNode, isScalar, LineCounter, Parser, visit } from 'yaml';

/** The text is not YAML, or is YAML that this reader refuses. The message names the line and the column. */
export class YamlError extends Error {}

/**
 * Reads all documents of a text with YAML 1.2's core schema: MAC addresses, dates and numbers of base 60 are strings.
 *
 * The package's own `parseAllDocuments` collects all errors and compares each key of a mapping with all others. Both
 * take quadratic time. Here the first error ends the reading, and a Set finds duplicate keys.
 *
 * @throws YamlError for the first error
 * @throws RangeError when the nesting is too deep
 * @throws ReferenceError for an alias without an anchor, and for aliases that would multiply the document
 */
export function parseYaml(text: string): unknown[] {
  const lines = new LineCounter();
  const composer = new Composer({ prettyErrors: false, uniqueKeys: false });
  throwErrors(composer, lines);
  const values: unknown[] = [];
  try {
    for (const document of composer.compose(withoutErrors(new Parser(lines.addNewLine).parse(text), lines)))
      values.push(jsValueOf(document, lines));
  } catch (cause) {
    // The stack overflowed.
    if (cause instanceof RangeError) throw new RangeError('the nesting is too deep', { cause });
    throw cause;
  }
  return values;
}

/** Throws for the first token that the parser could not read. */
function* withoutErrors(tokens: Iterable<CST.Token>, lines: LineCounter): Generator<CST.Token> {
  for (const token of tokens) {
    if (token.type === 'error') throw errorAt(token.message, token.offset, lines);
    yield token;
  }
}

/**
 * A composer hands each of its errors to `onError`, which collects them. One that throws ends the reading. Each
 * collection around the place catches that error and hands it to `onError` again: the first one is thrown on.
 */
function throwErrors(composer: Composer, lines: LineCounter): void {
  let first: Error | undefined;
  const onError = (source: unknown, code: string, message: string, isWarning?: boolean): void => {
    if (isWarning) return;
    first ??= code === STACK_OVERFLOW ? new RangeError(message) : errorAt(message, offsetOf(source), lines);
    throw first;
  };
  Object.defineProperty(composer, 'onError', { value: onError });
}

/** The composer's code for an error that it caught, which can only be a stack overflow where it comes first. */
const STACK_OVERFLOW = 'RESOURCE_EXHAUSTION';

/** The composer's errors have a number, a range or a token for their place. */
function offsetOf(source: unknown): number {
  const offset: unknown = Array.isArray(source)
    ? source[0]
    : typeof source === 'object' && source !== null && 'offset' in source
      ? source.offset
      : source;
  return typeof offset === 'number' ? offset : 0;
}

function jsValueOf(document: Document.Parsed, lines: LineCounter): unknown {
  const [error] = document.errors;
  if (error) throw errorAt(error.message, error.pos[0], lines);
  refuseDuplicateKeys(document, lines);
  return document.toJS();
}

function refuseDuplicateKeys(document: Document.Parsed, lines: LineCounter): void {
  visit(document, {
    Map(_, map) {
      const seen = new Set<unknown>();
      for (const { key } of map.items) {
        const value: unknown = isScalar(key) ? key.value : key;
        if (seen.has(value)) throw errorAt('Map keys must be unique', (isNode(key) && key.range?.[0]) || 0, lines);
        seen.add(value);
      }
    },
  });
}

function errorAt(message: string, offset: number, lines: LineCounter): YamlError {
  const { line, col } = lines.linePos(offset);
  const [reason = ''] = message.split('\n', 1);
  return new YamlError(`${reason.slice(0, LONGEST_REASON)} at line ${line}, column ${col}`);
}

/** Some messages quote the text. */
const LONGEST_REASON = 200;
