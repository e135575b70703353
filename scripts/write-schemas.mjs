// Writes the schemas that the declarations make into schemas/, and removes those that they make no more.
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { runnerImport } from 'vite';

const folder = new URL('../schemas/', import.meta.url);
const generator = fileURLToPath(new URL('schemas/schema-files.ts', import.meta.url));
const { module } = await runnerImport(generator, { configFile: false, logLevel: 'error' });
const files = module.schemaFiles();

const standing = (await readdir(folder, { recursive: true })).filter((path) => path.endsWith('.json'));
for (const path of standing.filter((path) => !files.has(path))) await rm(new URL(path, folder));
for (const [path, text] of files) {
  const file = new URL(path, folder);
  await mkdir(new URL('.', file), { recursive: true });
  await writeFile(file, text);
}
console.log(`${files.size} schemas in schemas/`);
