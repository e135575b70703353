// Removes the declaration files of dist/ that no public entry refers to. In the others it removes
// what declares nothing: the comment at the start, which is about the source, and imports without
// names, whose modules an old TypeScript does not find. It also halves the indentation. The build
// calls it after the compiler.
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
  if (reached.has(file)) writeFileSync(file, shortened(readFileSync(file, 'utf8')));
  else rmSync(file);
}

function shortened(text) {
  return text
    .replace(/^\/\*\*(?:(?!\*\/).)*\*\/\n(?=import |export (?:type )?\{|export \*)/s, '')
    .replaceAll(/^import ["'][^"']+["'];\n/gm, '')
    .replaceAll(/^(?: {4})+/gm, (indent) => ' '.repeat(indent.length / 2));
}
