import { stripVTControlCharacters } from 'node:util';
import { instance as graphviz } from '@viz-js/viz';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Graph, graphOf, toDot, toMermaid, toSvg, toText } from '../../src/entries/picture.ts';
import { cellWidth, wrap } from '../../src/text/cells.ts';
import { printable } from '../../src/text/printable.ts';
import type { Wiring } from '../../src/wiring/wiring.ts';

const WIRING: Wiring = [
  { kind: 'bridge', name: 'br0', mtu: 1450, shared: true },
  { kind: 'vlan', name: 'vlan7', id: 7, lower: 'eth0', shared: true },
  { kind: 'port', name: 'vlan7', bridge: 'br0', shared: true },
  { kind: 'forward-rule', name: 'br0', interfaces: ['all'], dropAction: 'DROP', shared: true },
  { kind: 'tap', name: 'tap0', master: 'br0' },
];
const graph = graphOf(WIRING, {
  drifts: [{ element: 'tap tap0', on: 'tap0', type: 'missing' }],
  changes: [{ element: 'bridge br0', on: 'br0', action: 'change', property: 'mtu', from: 1500, to: 1450 }],
});

/** One node named so, and one whose label and notes are so too. */
function hostile(name: string): Graph {
  const shared = { facts: [name], notes: [name] } as const;
  return {
    title: name,
    groups: [{ id: 'own', title: name }],
    nodes: [
      { id: name, kind: 'tap', name, ...shared, state: 'differs', group: 'own' },
      { id: `${name}.`, kind: 'bridge', name, ...shared },
    ],
    edges: [{ from: name, to: `${name}.`, kind: 'carries', label: name, ...shared, state: 'missing' }],
  };
}

/** Names that would end a label, be obeyed as markup, or steer a terminal. */
const HOSTILE = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string(),
  fc.constantFrom(
    '"]; n9[evil',
    '</text><script>alert(1)</script>',
    '\\N',
    '\\',
    '"',
    '&lt;b&gt;',
    '`**bold**`',
    '1. list',
    '- list',
    '%%{init: {}}%%',
    '#quot;',
    '\u001b[2J',
    '\u202egnp.exe',
    'a\nend\nb',
    'subgraph end',
    '界面'.repeat(30),
    'e\u0301'.repeat(50),
    ']]>',
    '--> x',
    'x;y|z',
  ),
);

describe('text', () => {
  test('boxes from the guest to the wire, what governs beside, what is shared with a double frame', () => {
    expect(`\n${toText(graph, { width: 30 })}`).toBe(`
┌───────┐
│ guest │
│ guest │
└─┬─────┘
  │
┌─┴─────────┐
│ tap0      │
│ TAP       │
│ ! missing │
└─┬─────────┘
  │
╔═╧══════════════════════╗
║ br0                    ║
║ Linux bridge, shared   ║
║ mtu 1450               ║
║ ! mtu will be 1450, is ║
║ 1500                   ║
╚═╤══════════════════════╝
  │   ╔═════════════════╗
  ├╌╌╌║ os-vif-br0      ║
  │   ║ filter, shared  ║
  │   ║ forwards to all ║
  │   ║ else DROP       ║
  │   ╚═════════════════╝
  │
╔═╧═══════════════════╗
║ vlan7               ║
║ VLAN device, shared ║
║ VLAN 7              ║
╚═╤═══════════════════╝
  │
┌─┴──────────────┐
│ eth0           │
│ network device │
└─┬──────────────┘
  │
┌─┴───────┐
│ network │
│ wire    │
└─────────┘
`);
  });

  test('colours are for those who ask, and change nothing else', () => {
    const colored = toText(graph, { colors: true });
    expect(colored).toContain('\u001b[31m┌─┴─────────┐\u001b[39m');
    expect(stripVTControlCharacters(colored)).toBe(toText(graph));
  });

  test('whatever the names, no line is too wide, every box is closed, and nothing steers the terminal', () => {
    fc.assert(
      fc.property(HOSTILE, fc.integer({ min: 24, max: 100 }), (name, width) => {
        const text = toText(hostile(name), { width });
        expect(text).not.toMatch(/[^\P{C}\n]/u);
        for (const row of text.trimEnd().split('\n')) {
          expect(cellWidth(row)).toBeLessThanOrEqual(width);
          if (/^[│║]/.test(row)) expect(row).toMatch(/[│║]$/);
        }
      }),
    );
  });

  test('what is not joined to the guest, or joined twice, is told too', () => {
    const ring: Wiring = [
      { kind: 'tap', name: 'tap0' },
      { kind: 'veth', name: 'a', peer: 'b', master: 'br1' },
      { kind: 'port', name: 'b', bridge: 'br1' },
    ];
    const text = toText(graphOf(ring));
    for (const name of ['tap0', 'a', 'b', 'br1']) expect(text).toMatch(new RegExp(`[│║] ${name} +[│║]`));
    expect(text).toMatch(/also joined: \w+ and \w+/);
  });

  test('a wide letter takes two cells, a mark none; a word that is too long is broken', () => {
    expect(cellWidth('界e\u0301')).toBe(3);
    expect(wrap('to be 界界界', 5)).toEqual(['to be', '界界', '界']);
  });
});

describe('DOT', () => {
  test('whatever the names, Graphviz reads back just the labels that were written', async () => {
    await fc.assert(
      fc.asyncProperty(HOSTILE, async (name) => {
        const viz = await graphviz();
        const { output = '', errors } = viz.render(toDot(hostile(name)), { format: 'json0' });
        expect(errors.filter(({ level }) => level === 'error')).toEqual([]);
        const { objects, edges } = JSON.parse(output);
        const shown = printable(name).replaceAll('&', '&amp;').replaceAll('\\', '\\\\');
        expect(objects).toMatchObject([
          {},
          { label: `${shown}\\nLinux bridge\\n${shown}\\n! ${shown}` },
          { label: `${shown}\\nTAP\\n${shown}\\n! ${shown}` },
        ]);
        expect(edges).toHaveLength(1);
      }),
      { numRuns: 40 },
    );
  });
});

describe('SVG', () => {
  const tag = /<\/?[a-z]+( [\w:-]+="[^"<]*")*\s*\/?>/g;

  test('whatever the names, it is well-formed, and has no elements but ours', async () => {
    await fc.assert(
      fc.asyncProperty(HOSTILE, async (name) => {
        const svg = await toSvg(hostile(name));
        const rest = svg.replaceAll(tag, '');
        expect(rest).not.toContain('<');
        expect(rest).not.toMatch(/&(?!(amp|lt|gt|quot|#\d+|#x[\da-f]+);)/i);
        expect(svg).not.toMatch(/<(script|a|image|foreignObject)\b/);
        // XML 1.0, 2.2: no control character but these is one of a document's, written or referred to.
        expect(rest).not.toMatch(/[^\P{Cc}\n\t]/u);
      }),
      { numRuns: 40 },
    );
  });

  test('tells who can not see it what it shows', async () => {
    const svg = await toSvg(graph);
    expect(svg).toMatch(/<svg [^>]*role="img"/);
    expect(svg).toContain('<title>Wiring</title>');
    expect(svg).toMatch(/<desc>guest, guest; tap0, TAP, ! missing; .*Joined: guest to tap0, tap0 to br0/);
  });

  test('shows a long name in lines of at most 200 characters, and all of it', async () => {
    const name = 'a'.repeat(450);
    const svg = await toSvg({
      ...hostile('tap0'),
      nodes: [{ id: 'n', kind: 'tap', name, facts: [], notes: [] }],
      edges: [],
    });
    const lines = [...svg.matchAll(/<text [^>]*>(a+)<\/text>/g)].map(([, line]) => line);
    expect(lines.map((line) => line?.length)).toEqual([200, 200, 50]);
  });

  test('leads down where there is no room beside', async () => {
    const [, width, height] = /width="(\d+)pt" height="(\d+)pt"/.exec(await toSvg(graph, { direction: 'down' })) ?? [];
    expect(Number(height)).toBeGreaterThan(Number(width));
    expect(toMermaid(graph, { direction: 'down' })).toMatch(/^flowchart TB\n/);
  });

  test('is the same every time', async () => {
    expect(await toSvg(graph)).toBe(await toSvg(structuredClone(graph)));
  });
});

describe('Mermaid', () => {
  test('nodes, edges, groups and states, each on a line', () => {
    expect(toMermaid(graph)).toBe(`flowchart LR
  accTitle: Wiring
  n0(["guest<br>guest"])
  n5["eth0<br>network device"]
  n6(("network<br>wire"))
  subgraph own["this VIF"]
    n1["tap0<br>TAP<br>#33; missing"]
  end
  subgraph shared["shared"]
    n2[["br0<br>Linux bridge<br>mtu 1450<br>#33; mtu will be 1450, is 1500"]]
    n3["vlan7<br>VLAN device<br>VLAN 7"]
    n4{{"os-vif-br0<br>filter<br>forwards to all<br>else DROP"}}
  end
  n0 --- n1
  n1 --- n2
  n2 --- n3
  n2 -.- n4
  n3 --- n5
  n5 --- n6
  classDef missing stroke:#b42318,stroke-width:3px,stroke-dasharray:6 4
  class n1 missing
  classDef change stroke:#8a5300,stroke-width:3px
  class n2 change
`);
  });

  test('whatever the names, a label has no character that means something', () => {
    const label = String.raw`"(?:[\p{L}\p{N} .,:/()-]|#\d+;|<br>)*"`;
    const row = new RegExp(
      `^ *(?:flowchart LR|end|accTitle: (?:[\\p{L}\\p{N} .,:/()-]|#\\d+;)*|(?:n\\d|subgraph own)\\[{1,2}${label}\\]{1,2}|n0 ---\\|${label}\\| n1|(?:classDef|class|linkStyle) [\\w :#,-]+)$`,
      'u',
    );
    fc.assert(
      fc.property(HOSTILE, (name) => {
        for (const line of toMermaid(hostile(name)).trimEnd().split('\n')) expect(line).toMatch(row);
      }),
    );
  });
});
