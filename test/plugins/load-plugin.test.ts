import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { MemoryHost } from '../../src/host/memory/memory-host.ts';
import { OsVif } from '../../src/os-vif.ts';
import { loadPlugin } from '../../src/plugins/load-plugin.ts';

const PLUGIN = `export const plugin = {
  describe() {
    const info = { pluginName: 'theirs', vifInfo: [] };
    return { ...info, require: () => info };
  },
  async plug() {},
  async unplug() {},
};`;

test('a plugin is found by its path', async () => {
  const path = await packageIn('os-vif-plugin-theirs', PLUGIN);
  await using osVif = await OsVif.open({ host: new MemoryHost(), plugins: [path] });
  expect(osVif).toBeInstanceOf(OsVif);
});

test('a package in the working directory is not found', async () => {
  const path = await packageIn('os-vif-plugin-theirs', PLUGIN);
  const home = process.cwd();
  onTestFinished(() => process.chdir(home));
  process.chdir(join(path, '../..'));
  await expect(OsVif.open({ host: new MemoryHost(), plugins: ['os-vif-plugin-theirs'] })).rejects.toMatchObject({
    code: 'ERR_OSVIF_PLUGIN',
    message: expect.stringContaining('install it'),
  });
});

test('a relative path is refused', async () => {
  await expect(OsVif.open({ host: new MemoryHost(), plugins: ['./theirs.mjs'] })).rejects.toThrow('absolute path');
});

test('a package without a plugin, or with one that is none, says so', async () => {
  const path = await packageIn('os-vif-plugin-empty', 'export const plugin = { describe() {} };');
  await expect(OsVif.open({ host: new MemoryHost(), plugins: [path] })).rejects.toMatchObject({
    code: 'ERR_OSVIF_PLUGIN',
    message: expect.stringContaining('exports no `plugin`'),
  });
});

test.each([
  ['a class', `export class plugin extends Base {}`],
  ['a function', `export const plugin = (options) => new Base(options);`],
  ['a function that returns a promise', `export async function plugin(options) { return new Base(options); }`],
])('%s as `plugin` receives the options', async (_, source) => {
  const path = await packageIn('os-vif-plugin-with-options', `${BASE}${source}`);
  const host = new MemoryHost();
  await using osVif = await OsVif.open({ host, plugins: [path] });
  expect(inspect(osVif)).toContain('plugins: unnamed');
  const plugin = await loadPlugin(path, undefined, { name: 'named' });
  expect(plugin.describe().pluginName).toBe('named');
  await expect(loadPlugin(path, undefined, { mane: 'x' })).rejects.toMatchObject({
    code: 'ERR_OSVIF_PLUGIN',
    message: `the plugin ${path} cannot be created with its options: unknown option mane`,
  });
});

test('an object as `plugin` takes no options', async () => {
  const path = await packageIn('os-vif-plugin-theirs', PLUGIN);
  expect(await loadPlugin(path, undefined, {})).toMatchObject({ plug: expect.any(Function) });
  await expect(loadPlugin(path, undefined, { name: 'x' })).rejects.toThrow(
    `the plugin ${path} takes no options: it exports neither a class nor a function as \`plugin\``,
  );
});

test('a package that is not installed, or fails to load, says so', async () => {
  const broken = await packageIn('os-vif-plugin-broken', "throw new Error('no licence');");
  const open = (name: string) => OsVif.open({ host: new MemoryHost(), plugins: [name] });
  await expect(open('os-vif-plugin-nosuch')).rejects.toMatchObject({
    code: 'ERR_OSVIF_PLUGIN',
    message: expect.stringContaining('install it'),
  });
  await expect(open(broken)).rejects.toMatchObject({
    code: 'ERR_OSVIF_PLUGIN',
    message: expect.stringContaining('no licence'),
  });
});

/** A plugin whose option is its name. */
const BASE = `class Base {
  constructor({ name = 'unnamed', ...unknown } = {}) {
    for (const option in unknown) throw new Error(\`unknown option \${option}\`);
    this.name = name;
  }
  describe() { return { pluginName: this.name, vifInfo: [], require() { return this; } }; }
  async plug() {}
  async unplug() {}
}
`;

/** The path of a package in a folder of its own. */
async function packageIn(name: string, source: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'os-vif-plugin-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const path = join(folder, 'node_modules', name);
  await mkdir(path, { recursive: true });
  await writeFile(join(path, 'package.json'), JSON.stringify({ name, type: 'module', exports: './index.js' }));
  await writeFile(join(path, 'index.js'), source);
  return path;
}
