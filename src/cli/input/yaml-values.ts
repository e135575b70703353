/** Converts YAML nodes to plain values in linear time. */

import { isAlias, isMap, isScalar, isSeq, type Pair, type ParsedNode } from 'yaml';

/** The text is not YAML, or violates a limit of this reader. The message names the line and the column. */
export class YamlError extends Error {}

/** Creates an error for a place in the text. */
export type PlaceOfError = (message: string, offset: number) => YamlError;

/** The value of an anchor, and the length of its text after the expansion of all aliases in it. */
interface Anchored {
  readonly value: unknown;
  readonly length: number;
}

/**
 * The largest length of the text after the expansion of all aliases, as a multiple of the length of the file.
 */
const MOST_EXPANSION = 10;

/**
 * The value of a document. An alias refers to the same object as its anchor.
 *
 * @param textLength - The length of the whole file, in characters.
 * @throws YamlError for equal keys, for keys that are not scalars, for an alias without an anchor, and for
 *   aliases that expand the document to more than ten times the length of the file
 */
export function yamlValueOf(contents: ParsedNode | null, textLength: number, place: PlaceOfError): unknown {
  const anchors = new Map<string, Anchored>();
  let length = 0;

  function jsValueOf(node: unknown): unknown {
    if (isAlias(node)) return jsValueOfAlias(node.source, node.range?.[0] ?? 0);
    const before = length;
    const value = isMap<unknown, unknown>(node)
      ? objectOf(node.items)
      : isSeq(node)
        ? node.items.map(jsValueOf)
        : scalarOf(node);
    if ((isMap(node) || isSeq(node) || isScalar(node)) && node.anchor !== undefined)
      anchors.set(node.anchor, { value, length: length - before + 1 });
    return value;
  }

  function jsValueOfAlias(name: string, offset: number): unknown {
    const anchored = anchors.get(name);
    if (anchored === undefined) throw place(`The alias *${name} has no anchor before it`, offset);
    length += anchored.length;
    if (length > MOST_EXPANSION * textLength)
      throw place(`The aliases make the document more than ${MOST_EXPANSION} times as long as the file`, offset);
    return anchored.value;
  }

  function scalarOf(node: unknown): unknown {
    if (!isScalar(node)) return null;
    const [start, end] = node.range ?? [0, 0];
    length += end - start + 1;
    return node.value;
  }

  function objectOf(pairs: readonly Pair<unknown, unknown>[]): unknown {
    const members = new Map<string, unknown>();
    for (const { key, value } of pairs) {
      const name = jsValueOf(key);
      const offset = isScalar(key) || isAlias(key) || isMap(key) || isSeq(key) ? (key.range?.[0] ?? 0) : 0;
      if (typeof name === 'object' && name !== null) throw place('Map keys must be scalars', offset);
      const text = name === null ? '' : String(name);
      if (members.has(text)) throw place('Map keys must be unique', offset);
      members.set(text, jsValueOf(value));
    }
    return Object.fromEntries(members);
  }

  return jsValueOf(contents);
}
