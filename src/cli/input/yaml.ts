/** Reads YAML in linear time. To be imported when needed. */

import { Composer, type CST, type Document, Lexer, LineCounter, Parser } from 'yaml';
import { type PlaceOfError, YamlError, yamlValueOf } from './yaml-values.ts';

/**
 * Reads all documents of a text with YAML 1.2's core schema: MAC addresses, dates and numbers of base 60 are strings.
 * Tags have no effect, except for those of the core schema.
 *
 * The package's own `parseAllDocuments` takes quadratic time for many errors, keys, aliases and members of `!!omap`,
 * and exponential time for keys within keys. Here the first error ends the reading, and `yamlValueOf` makes the values.
 *
 * @param levels - The largest number of collections within each other.
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

/** Throws for the first token that the parser cannot read, and as soon as the nesting is too deep. */
function* tokensOf(text: string, levels: number, lines: LineCounter, place: PlaceOfError): Generator<CST.Token> {
  const parser = new Parser(lines.addNewLine);
  lines.addNewLine(0);
  for (const lexeme of new Lexer().lex(text)) {
    yield* withoutErrors(parser.next(lexeme), place);
    // Besides the collections, the stack has the document and a scalar.
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
 * YAML 1.1 takes `22:52:25:10:11:12` for a number of base 60, and its tag handles hold for all documents that follow:
 * the composer copies the handles for each document. A document that declares version 1.1 is read as YAML 1.2.
 */
function withVersion12(token: CST.Directive): CST.Directive {
  return { ...token, source: token.source.replace(/^(%YAML[ \t]+)1\.1(?=\s|$)/, '$11.2') };
}

/**
 * A composer hands each of its errors to `onError`, which collects them. An `onError` that throws ends the reading.
 * Each collection around the place catches that error and hands it to `onError` again: the first error is thrown on.
 *
 * `onError` is a private member of the package `yaml`. When a release renames it, this function has no effect: the
 * composer collects all errors of a document, and {@link jsValueOf} throws the first one. The messages stay the same, but
 * the time for a document with many errors is quadratic. A test of `parseYaml` fails then.
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

/** The composer's errors have a number, a range or a token for their place. */
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
