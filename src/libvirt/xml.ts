/** Writes XML elements. An XML library escapes names and values. */
import XMLBuilder from 'fast-xml-builder';
import { LibvirtXmlError } from '../errors/libvirt.ts';
import { describeValue } from '../text/describe-value.ts';

/** An element with text or children. Undefined attributes and undefined children are left out. */
export interface XmlElement {
  readonly name: string;
  readonly attributes?: Readonly<Record<string, string | number | undefined>>;
  readonly children?: readonly (XmlElement | undefined)[];
  readonly text?: string;
}

/**
 * The XML of an element in one line.
 * Throws {@link LibvirtXmlError} for a character that XML 1.0 does not allow.
 */
export function writeXml(root: XmlElement): string {
  const xml: string = BUILDER.build([nodeOf(root)]);
  return xml.replace(/[\t\n\r]/g, (character) => `&#${character.charCodeAt(0)};`);
}

// XML parsers replace line breaks in attributes by spaces (XML 1.0, 3.3.3).
// Therefore the entities above escape line breaks.
const BUILDER = new XMLBuilder({
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: '',
  suppressEmptyNode: true,
  suppressBooleanAttributes: false,
  format: false,
});

interface XmlNode {
  readonly [name: string]: readonly XmlNode[] | Readonly<Record<string, string>> | string;
}

function nodeOf({ name, attributes = {}, children = [], text }: XmlElement): XmlNode {
  const values = Object.entries(attributes).flatMap(([attribute, value]) =>
    value === undefined ? [] : [[attribute, xmlText(String(value), `${name}/@${attribute}`)] as const],
  );
  const inner = children.flatMap((child) => (child ? [nodeOf(child)] : []));
  const content = text === undefined ? inner : [{ '#text': xmlText(text, name) }];
  return { [name]: content, ':@': Object.fromEntries(values) };
}

/**
 * The characters of XML 1.0, 2.2.
 * Others, such as most control characters, are not allowed even as references.
 */
const XML_TEXT = /^[\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]*$/u;

function xmlText(value: string, where: string): string {
  if (XML_TEXT.test(value)) return value;
  throw new LibvirtXmlError(`${where}: ${describeValue(value)} has a character that XML does not allow`);
}
