// Removes the declaration files of dist/ that no public entry refers to, and in the others the imports without names:
// they declare nothing, and an old TypeScript does not find their modules. The build calls it after the compiler.
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const DIST = fileURLToPath(new URL('../dist/', import.meta.url));
const { exports } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));

const reached = new Set();
const waiting = Object.values(exports).flatMap(({ types }) => (types ? [join(DIST, '..', types)] : []));
for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
  if (reached.has(file)) continue;
  reached.add(file);
  for (const [, path] of readFileSync(file, 'utf8').matchAll(/(?:from |import\(|import )["'](\.[^"']+)["']/g)) {
    const imported = join(dirname(file), path.replace(/\.[jt]s$/, '.d.ts'));
    if (!existsSync(imported)) throw new Error(`${file} refers to ${path}, which has no declaration file`);
    waiting.push(imported);
  }
}
for (const path of readdirSync(DIST, { recursive: true })) {
  const file = join(DIST, path);
  if (!file.endsWith('.d.ts')) continue;
  if (reached.has(file)) writeFileSync(file, readFileSync(file, 'utf8').replaceAll(/^import ["'][^"']+["'];\n/gm, ''));
  else rmSync(file);
}
