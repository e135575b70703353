import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { MemoryHost } from '../../src/host/memory/memory-host.ts';
import { OsVif } from '../../src/os-vif.ts';

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
