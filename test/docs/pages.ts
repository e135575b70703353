/** README and the pages in docs, and what stands in them. */

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';

export const ROOT = new URL('../../', import.meta.url);

/** Paths from the root: `docs/vif-types/tap.md`. Those that typedoc generated are none. */
export const PAGES: readonly string[] = [
  'README.md',
  ...readdirSync(new URL('docs/', ROOT), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md') && !name.startsWith('api/'))
    .map((name) => `docs/${name}`)
    .sort(),
];

export function textOf(page: string): string {
  return readFileSync(new URL(page, ROOT), 'utf8');
}

/** What stands in the page's fenced blocks of this language. */
export function blocksOf(page: string, language: string): string[] {
  const blocks = textOf(page).matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\`$`, 'gms'));
  return [...blocks].map(([, code = '']) => code);
}

/** Where samples stand while they run: within the project, so that imports of `os-vif` are found. */
export class SampleFolder {
  #path: string | undefined;
  #count = 0;

  /** Runs the code as a module, and returns what it exports. */
  async run(code: string): Promise<Readonly<Record<string, unknown>>> {
    this.#path ??= mkdtempSync(fileURLToPath(new URL('.generated-', import.meta.url)));
    const file = `${this.#path}/sample-${++this.#count}.ts`;
    writeFileSync(file, code);
    return await import(pathToFileURL(file).href);
  }

  remove(): void {
    if (this.#path !== undefined) rmSync(this.#path, { recursive: true, force: true });
  }
}
