/** Files that are hard to read, for the command. */

import { parseYaml, YamlError } from '../../src/cli/yaml.ts';
import type { GrowthCase } from './cpu-time.ts';

const repeat = (text: string, size: number): string => text.repeat(Math.floor(size / text.length));

/** Numbered texts up to this size. */
function numbered(size: number, each: (i: number) => string): string {
  const parts: string[] = [];
  for (let length = 0; length < size; length += parts.at(-1)?.length ?? 0) parts.push(each(parts.length));
  return parts.join('');
}

const VIF = (i: number): string => `- type: VIFGeneric
  id: dc065497-3c8d-4f44-8fb4-${String(i).padStart(12, '0')}
  address: 22:52:25:62:e2:aa
  vif_name: "tap${i}"
  plugin: tap
  network: { id: b82c1929-051e-481d-8110-4669916c7915, mtu: 1450 }
`;

/** A name, and text of a size. */
const TEXTS: readonly [string, (size: number) => string][] = [
  ['VIFs', (size) => numbered(size, VIF)],
  ['wrong escapes in quotes', (size) => `"${repeat('\\x', size)}"`],
  ['quotes that are never closed', (size) => `"${repeat('a\n', size)}`],
  ['many keys in a block', (size) => numbered(size, (i) => `k${i}: 1\n`)],
  ['many keys, the last one twice', (size) => `${numbered(size, (i) => `k${i}: 1\n`)}last: 1\nlast: 1\n`],
  ['brackets within brackets', (size) => repeat('[', size / 2) + repeat(']', size / 2)],
  ['brackets that were never opened', (size) => repeat(']', size)],
  ['commas', (size) => `[${repeat(',', size)}]`],
  ['a list in a block', (size) => repeat('- a\n', size)],
  ['many documents', (size) => repeat('--- a\n', size)],
  ['many wrong documents', (size) => repeat('--- "\\x"\n', size)],
  ['anchors and aliases', (size) => `- &a b\n${repeat('- *a\n', size)}`],
  ['a literal block', (size) => `a: |\n${repeat('  b\n', size)}`],
];

export const YAML_CASES: readonly GrowthCase[] = TEXTS.map(([name, make]) => ({
  name,
  make,
  run: (text: string) => {
    try {
      parseYaml(text);
    } catch (error) {
      if (!(error instanceof YamlError || error instanceof RangeError || error instanceof ReferenceError)) throw error;
    }
  },
}));
