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

test('a plugin is found by the name of its package, in the working directory too', async () => {
  await packageInWorkingDirectory('os-vif-plugin-theirs', PLUGIN);
  await using osVif = await OsVif.open({ host: new MemoryHost(), plugins: ['os-vif-plugin-theirs'] });
  expect(osVif).toBeInstanceOf(OsVif);
});

test('a package without a plugin, or with one that is none, says so', async () => {
  await packageInWorkingDirectory('os-vif-plugin-empty', 'export const plugin = { describe() {} };');
  await expect(OsVif.open({ host: new MemoryHost(), plugins: ['os-vif-plugin-empty'] })).rejects.toMatchObject({
    code: 'ERR_OSVIF_PLUGIN',
    message: expect.stringContaining('exports no `plugin`'),
  });
});

test('a package that is not installed, or fails to load, says so', async () => {
  await packageInWorkingDirectory('os-vif-plugin-broken', "throw new Error('no licence');");
  const open = (name: string) => OsVif.open({ host: new MemoryHost(), plugins: [name] });
  await expect(open('os-vif-plugin-nosuch')).rejects.toMatchObject({
    code: 'ERR_OSVIF_PLUGIN',
    message: expect.stringContaining('is it installed?'),
  });
  await expect(open('os-vif-plugin-broken')).rejects.toMatchObject({
    code: 'ERR_OSVIF_PLUGIN',
    message: expect.stringContaining('no licence'),
  });
});

async function packageInWorkingDirectory(name: string, source: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'os-vif-cwd-'));
  const home = process.cwd();
  onTestFinished(async () => {
    process.chdir(home);
    await rm(folder, { recursive: true });
  });
  await mkdir(join(folder, 'node_modules', name), { recursive: true });
  await writeFile(
    join(folder, 'node_modules', name, 'package.json'),
    JSON.stringify({ name, type: 'module', exports: './index.js' }),
  );
  await writeFile(join(folder, 'node_modules', name, 'index.js'), source);
  process.chdir(folder);
}
