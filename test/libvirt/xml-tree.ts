/** XML as a tree in which neither the order of attributes nor that of children counts, to compare what two writers say. */

export interface XmlTree {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlTree[];
}

/** Reads XML without text and comments, which is all that these elements are. */
export function readXml(xml: string): XmlTree {
  const open: { name: string; attributes: Record<string, string>; children: XmlTree[] }[] = [
    { name: '', attributes: {}, children: [] },
  ];
  const rest = xml.replace(
    /<(\/?)([\w.:-]+)((?:\s+[\w.:-]+="[^"<]*")*)\s*(\/?)>/g,
    (_, close, name, attributes, empty) => {
      const parent = open.at(-1);
      if (close) {
        if (parent?.name !== name) throw new Error(`</${name}> closes <${parent?.name}> in ${xml}`);
        open.pop();
        return '';
      }
      const element = { name, attributes: readAttributes(attributes), children: [] };
      parent?.children.push(element);
      if (!empty) open.push(element);
      return '';
    },
  );
  const root = open[0]?.children[0];
  if (rest.trim() !== '' || open.length !== 1 || root === undefined) throw new Error(`not XML: ${xml}`);
  return root;
}

/** Sorted all through; several `<parameters>` of a `<virtualport>` count as one, as nova means them. */
export function sorted({ name, attributes, children }: XmlTree): XmlTree {
  const merged = name === 'virtualport' ? mergeParameters(children) : children;
  return {
    name,
    attributes: Object.fromEntries(Object.entries(attributes).sort(([a], [b]) => (a < b ? -1 : 1))),
    children: merged.map(sorted).sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)),
  };
}

function mergeParameters(children: readonly XmlTree[]): XmlTree[] {
  const attributes = Object.assign({}, ...children.map((child) => child.attributes));
  return [{ name: 'parameters', attributes, children: [] }];
}

function readAttributes(text: string): Record<string, string> {
  const pairs = [...text.matchAll(/([\w.:-]+)="([^"]*)"/g)];
  return Object.fromEntries(pairs.map(([, name = '', value = '']) => [name, unescaped(value)]));
}

const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

function unescaped(value: string): string {
  return value.replace(/&(?:#(\d+)|(\w+));/g, (all, code, entity) =>
    code ? String.fromCodePoint(Number(code)) : (ENTITIES[entity] ?? all),
  );
}
