// Writes the man pages of the command into dist/man.
import { mkdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { runnerImport } from 'vite';

const folder = new URL('../dist/man/', import.meta.url);
const generator = fileURLToPath(new URL('man/man-pages.ts', import.meta.url));
// Node.js 20 has no `await using`.
const esbuild = { target: 'node20' };
const { module } = await runnerImport(generator, { configFile: false, logLevel: 'error', esbuild });
await mkdir(folder, { recursive: true });
for (const [name, text] of module.manPages()) await writeFile(new URL(name, folder), text);
