/** Files that are hard to read, for the command: YAML, and JSON. */

import { valuesOf } from '../../src/cli/input/documents.ts';
import { InputError } from '../../src/errors/command.ts';
import type { GrowthCase } from './cpu-time.ts';

/** Makes a text of a size. */
type Make = (size: number) => string;

const repeat = (text: string, size: number): string => text.repeat(Math.floor(size / text.length));

/** Numbered texts up to this size. */
function numbered(size: number, each: (i: number) => string): string {
  const parts: string[] = [];
  for (let length = 0; length < size; length += parts.at(-1)?.length ?? 0) parts.push(each(parts.length));
  return parts.join('');
}

/** Several kinds of text, as documents of one file: a file of each kind would take too long. */
const documents =
  (...kinds: readonly Make[]): Make =>
  (size) =>
    kinds.map((make) => `---\n${make(size / kinds.length)}\n...\n`).join('');

const VIF = (i: number): string => `- type: VIFGeneric
  id: dc065497-3c8d-4f44-8fb4-${String(i).padStart(12, '0')}
  address: 22:52:25:62:e2:aa
  vif_name: "tap${i}"
  plugin: tap
  network: { id: b82c1929-051e-481d-8110-4669916c7915, mtu: 1450 }
`;

const JSON_VIF = (i: number): string => `${JSON.stringify({ type: 'VIFGeneric', id: i, vif_name: `tap${i}` })},`;

const KEYS = (size: number): string => numbered(size, (i) => `a key of a mapping number ${i}: 1\n`);

const VALID: readonly [string, Make][] = [
  ['VIFs', (size) => numbered(size, VIF)],
  [
    'mappings, lists, comments, blank lines, long texts, CRLF',
    documents(
      KEYS,
      (size) => repeat('- an element\n', size),
      (size) => `${repeat('# a comment of a few words\n', size)}a: 1`,
      (size) => `a:\n${repeat('  # a comment of a few words\n', size)}  b: 1`,
      (size) => `a:\n${repeat('\n', size / 4)}  b: 1`,
      (size) => `a: |\n${repeat('  b\n', size)}`,
      (size) => `a: >\n${repeat('  b\n    c\n\n', size)}`,
      (size) => repeat('a line of a plain scalar\n', size),
      (size) => numbered(size, (i) => `a key of a mapping number ${i}: 1\r\n`),
      (size) => `"${repeat('a\r\n', size)}"`,
    ),
  ],
  [
    'brackets, braces, quotes, numbers',
    documents(
      (size) => `[${repeat('an element, ', size)}]`,
      (size) => `[${repeat('a key: a value, ', size)}]`,
      (size) => `{${numbered(size, (i) => `a key of a mapping number ${i}: 1, `)}}`,
      (size) => repeat('- { a key: [ a value ] }\n', size),
      (size) => `[${repeat('an element # and a comment\n, ', size)}]`,
      (size) => `"${repeat('\\u00e9 \\t', size)}"`,
      (size) => `'${repeat("a''  b\n", size)}'`,
      (size) => repeat('9', size),
      (size) => `a${repeat(' ', size)}b`,
    ),
  ],
  [
    'documents, directives, tags',
    (size) =>
      `%YAML 1.1\n${numbered(size / 4, (i) => `%TAG !a-handle-${i}! tag:example.com,2026:\n`)}` +
      repeat('--- a document of some words\n', size / 4) +
      repeat('...\n%YAML 1.1\n--- a document\n', size / 8) +
      `...\n${repeat('%UNKNOWN directive\n', size / 8)}` +
      documents(
        (part) => `!!omap\n${numbered(part, (i) => `- a key, number ${i}: 1\n`)}`,
        (part) => `!!set\n${numbered(part, (i) => `? a key, number ${i}\n`)}`,
        (part) => repeat('- !local "a tagged value"\n', part),
      )(size / 4),
  ],
  [
    'anchors, aliases, merge keys',
    documents(
      (size) => numbered(size, (i) => `- &anchor-${i} some words\n- *anchor-${i}\n`),
      (size) => `- &a some words\n${repeat('- *a\n', size / 4)}`,
      (size) => numbered(size, (i) => `- &same some other words, number ${i}\n`),
      (size) => `- &a { ${numbered(size / 2, (i) => `a-key-${i}: 1, `)}}\n- <<: *a`,
      (size) => numbered(size, (i) => `- <<: { a key: ${i} }\n`),
      (size) => numbered(size, (i) => `- &a${i} { a key: some words }\n- <<: [*a${i}, *a${i}]\n`),
    ),
  ],
];

const INVALID: readonly [string, Make][] = [
  ['wrong escapes in quotes', (size) => `"${repeat('\\x', size)}"`],
  ['quotes that are never closed', (size) => `"${repeat('a\n', size)}`],
  ['many keys, the last one twice', (size) => `${KEYS(size)}last: 1\nlast: 1\n`],
  ['brackets within brackets', (size) => repeat('[', size / 2) + repeat(']', size / 2)],
  ['braces within braces', (size) => repeat('{a: ', size)],
  ['lists within lists', (size) => repeat('- ', size)],
  ['keys within keys', (size) => `${'? '.repeat(50)}${repeat('a line of a plain scalar\n', size)}`],
  ['brackets that were never opened', (size) => repeat(']', size)],
  ['many tags of one value', (size) => `${repeat('!a-tag-of-some-length ', size)}b`],
  ['many wrong documents', (size) => repeat('--- "\\x"\n', size)],
  ['many wrong directives', (size) => repeat('%YAML wrong version number\n', size)],
  [
    'a merge key that multiplies a mapping',
    (size) =>
      `- &a { ${numbered(size / 2, (i) => `a key of a mapping number ${i}: 1, `)}}\n${repeat('- { <<: *a, b: some words that do not matter but take some room }\n', size / 2)}`,
  ],
  [
    'aliases of aliases',
    (size) =>
      `- &a0 []\n${numbered(size, (i) => `- &a${i + 1} [ some words that do not matter but take some room, *a${i} ]\n`)}`,
  ],
];

const INVALID_JSON: readonly [string, Make][] = [
  ['VIFs, without the last bracket', (size) => `[${numbered(size, JSON_VIF)}{}`],
  ['brackets within brackets', (size) => repeat('[', size / 2) + repeat(']', size / 2)],
  ['a long string that is never closed', (size) => `["${repeat('\\"', size)}`],
];

export const YAML_CASES: readonly GrowthCase[] = [
  ...VALID.map(([name, make]) => caseOf(`valid YAML: ${name}`, make, 'yaml', true)),
  ...INVALID.map(([name, make]) => caseOf(`invalid YAML: ${name}`, make, 'yaml', false)),
  caseOf('valid JSON: VIFs', (size) => `[${numbered(size, JSON_VIF)}{}]`, 'json', true),
  ...INVALID_JSON.map(([name, make]) => caseOf(`invalid JSON: ${name}`, make, 'json', false)),
  // The command reads invalid JSON again as YAML when the name of the file does not end in `.json`.
  caseOf('invalid JSON in a file of YAML', (size) => `[${numbered(size, JSON_VIF)}{}`, 'yaml', false),
];

function caseOf(name: string, make: Make, ending: string, isValid: boolean): GrowthCase {
  return {
    name,
    make,
    run: async (text: string) => {
      try {
        await valuesOf(`file.${ending}`, text);
      } catch (error) {
        if (error instanceof InputError && !isValid) return;
        throw error;
      }
      if (!isValid) throw new Error(`${name}: expected an InputError`);
    },
  };
}
