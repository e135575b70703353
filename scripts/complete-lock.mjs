// Completes package-lock.json after `npm install`, on a registry that has not every platform's binaries: npm then leaves those of other
// platforms out of the lock, and `npm ci` refuses a lock that lacks them. Run by `npm run lock`.
import { readFileSync, writeFileSync } from 'node:fs';

const file = new URL('../package-lock.json', import.meta.url);
const lock = JSON.parse(readFileSync(file, 'utf8'));

const OS = {
  darwin: 'darwin',
  win32: 'win32',
  linux: 'linux',
  android: 'android',
  freebsd: 'freebsd',
  openharmony: 'openharmony',
  openbsd: 'openbsd',
  netbsd: 'netbsd',
  sunos: 'sunos',
  aix: 'aix',
};
const CPU = {
  x64: 'x64',
  arm64: 'arm64',
  arm: 'arm',
  ia32: 'ia32',
  ppc64: 'ppc64',
  riscv64: 'riscv64',
  s390x: 's390x',
  loong64: 'loong64',
  loongarch64: 'loong64',
  mips64el: 'mips64el',
  wasm32: 'wasm32',
};
const LIBC = { musl: 'musl', musleabihf: 'musl', gnu: 'glibc', gnueabihf: 'glibc' };

/** What the name of a binary package says of where it runs: `@rollup/rollup-linux-arm64-musl`. */
function platformOf(name) {
  const words = name.split(/[-/]/);
  const named = (key, table) => {
    const found = words.map((word) => table[word]).filter(Boolean);
    return found.length > 0 && { [key]: found.slice(-1) };
  };
  return { ...named('cpu', CPU), ...named('os', OS), ...named('libc', LIBC) };
}

let added = 0;
for (const [path, { optionalDependencies = {}, dev }] of Object.entries(lock.packages)) {
  if (path === '') continue;
  for (const [name, version] of Object.entries(optionalDependencies)) {
    const key = `node_modules/${name}`;
    const platform = platformOf(name);
    if (key in lock.packages || (platform.cpu === undefined && platform.os === undefined)) continue;
    lock.packages[key] = { version, ...(dev && { dev }), optional: true, ...platform };
    added++;
  }
}
lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1)));
writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
console.log(`${added} entries added`);
