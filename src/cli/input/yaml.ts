/** Reads YAML in linear time. Imported on demand. */

import { Composer, type CST, type Document, Lexer, LineCounter, Parser } from 'yaml';
import { type PlaceOfError, YamlError, yamlValueOf } from './yaml-values.ts';

/**
 * Reads all documents of a text with YAML 1.2's core schema: MAC addresses, dates and numbers of base 60 are
 * strings. Tags have no effect, except for those of the core schema.
 *
 * `parseAllDocuments` of the package `yaml` takes quadratic time for many errors, keys, aliases and members
 * of `!!omap`, and exponential time for nested keys. This function stops at the first error, and
 * `yamlValueOf` creates the values.
 *
 * @param levels - The largest depth of nested collections.
 * @throws YamlError for the first error
 */
export function parseYaml(text: string, levels: number): unknown[] {
  const lines = new LineCounter();
  const place: PlaceOfError = (message, offset) => errorAt(message, offset, lines);
  const composer = new Composer({ prettyErrors: false, uniqueKeys: false, resolveKnownTags: false });
  throwErrors(composer, place);
  const values: unknown[] = [];
  for (const document of composer.compose(tokensOf(text, levels, lines, place)))
    values.push(jsValueOf(document, text.length, place));
  return values;
}

/** The tokens of the text. Throws for the first invalid token, and for nesting that is too deep. */
function* tokensOf(text: string, levels: number, lines: LineCounter, place: PlaceOfError): Generator<CST.Token> {
  const parser = new Parser(lines.addNewLine);
  lines.addNewLine(0);
  for (const lexeme of new Lexer().lex(text)) {
    yield* withoutErrors(parser.next(lexeme), place);
    // The stack contains the collections, the document and a scalar.
    if (parser.stack.length > levels + 2)
      throw place(`expected at most ${levels} levels of arrays and objects, found more`, parser.offset);
  }
  yield* withoutErrors(parser.end(), place);
}

function* withoutErrors(tokens: Iterable<CST.Token>, place: PlaceOfError): Generator<CST.Token> {
  for (const token of tokens) {
    if (token.type === 'error') throw place(token.message, token.offset);
    yield token.type === 'directive' ? withVersion12(token) : token;
  }
}

/**
 * Makes the reader treat a document that declares version 1.1 as YAML 1.2. YAML 1.1 reads
 * `22:52:25:10:11:12` as a number of base 60. Its tag handles also apply to all later documents, and the
 * composer copies them for each document.
 */
function withVersion12(token: CST.Directive): CST.Directive {
  return { ...token, source: token.source.replace(/^(%YAML[ \t]+)1\.1(?=\s|$)/, '$11.2') };
}

/**
 * Makes the composer stop at the first error. The composer calls `onError` for each error. An `onError` that
 * throws ends the reading. Each enclosing collection catches the error and passes it to `onError` again,
 * which throws the first error.
 *
 * `onError` is a private member of the package `yaml`. If a release renames it, this function has no effect:
 * the composer collects all errors, and {@link jsValueOf} throws the first one. The messages stay the same,
 * but a document with many errors takes quadratic time. A test of `parseYaml` then fails.
 */
function throwErrors(composer: Composer, place: PlaceOfError): void {
  let first: Error | undefined;
  const onError = (source: unknown, _code: string, message: string, isWarning?: boolean): void => {
    if (isWarning) return;
    first ??= place(message, offsetOf(source));
    throw first;
  };
  Object.defineProperty(composer, 'onError', { value: onError });
}

/** The offset of an error. The composer reports the place as a number, a range or a token. */
function offsetOf(source: unknown): number {
  const offset: unknown = Array.isArray(source)
    ? source[0]
    : typeof source === 'object' && source !== null && 'offset' in source
      ? source.offset
      : source;
  return typeof offset === 'number' ? offset : 0;
}

function jsValueOf(document: Document.Parsed, textLength: number, place: PlaceOfError): unknown {
  const [error] = document.errors;
  if (error) throw place(error.message, error.pos[0]);
  return yamlValueOf(document.contents, textLength, place);
}

function errorAt(message: string, offset: number, lines: LineCounter): YamlError {
  const { line, col } = lines.linePos(offset);
  const [reason = ''] = message.split('\n', 1);
  return new YamlError(`${reason.slice(0, LONGEST_REASON)} at line ${line}, column ${col}`);
}

/** Some messages quote the text. */
const LONGEST_REASON = 200;
