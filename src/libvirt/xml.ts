/** Elements, and the XML of them: names and values of attributes are escaped by an XML library, never by hand. */
import XMLBuilder from 'fast-xml-builder';
import { LibvirtXmlError } from '../errors/libvirt.ts';
import { describeValue } from '../text/describe-value.ts';

/** An element without text: attributes that are undefined are left out, and so are children. */
export interface XmlElement {
  readonly name: string;
  readonly attributes?: Readonly<Record<string, string | number | undefined>>;
  readonly children?: readonly (XmlElement | undefined)[];
}

/** The XML of an element, on one line. Throws {@link LibvirtXmlError} where a value has a character that XML 1.0 cannot hold. */
export function writeXml(root: XmlElement): string {
  const xml: string = BUILDER.build([nodeOf(root)]);
  return xml.replace(/[\t\n\r]/g, (character) => `&#${character.charCodeAt(0)};`);
}

// All text is in attributes, where a reader turns a bare line break into a space (XML 1.0, 3.3.3): hence the references above.
const BUILDER = new XMLBuilder({
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: '',
  suppressEmptyNode: true,
  suppressBooleanAttributes: false,
  format: false,
});

interface XmlNode {
  readonly [name: string]: readonly XmlNode[] | Readonly<Record<string, string>>;
}

function nodeOf({ name, attributes = {}, children = [] }: XmlElement): XmlNode {
  const values = Object.entries(attributes).flatMap(([attribute, value]) =>
    value === undefined ? [] : [[attribute, xmlText(String(value), `${name}/@${attribute}`)] as const],
  );
  return { [name]: children.flatMap((child) => (child ? [nodeOf(child)] : [])), ':@': Object.fromEntries(values) };
}

/** XML 1.0, 2.2: not even escaped may a document hold the other control characters, half a surrogate pair, U+FFFE or U+FFFF. */
const XML_TEXT = /^[\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]*$/u;

function xmlText(value: string, where: string): string {
  if (XML_TEXT.test(value)) return value;
  throw new LibvirtXmlError(`${where}: ${describeValue(value)} has a character that XML cannot hold`);
}
