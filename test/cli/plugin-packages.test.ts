/** Where the command looks for the plugins that a configuration file names. */

import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { commandUnderTest, type Run, type RunOptions } from './command.ts';

const osVif = commandUnderTest();

/** A plugin that takes VIFs of no kind; `ran` is printed by its module. */
const PLUGIN = `console.error('ran', import.meta.url);
const info = { pluginName: 'theirs', vifInfo: [] };
export const plugin = { describe: () => ({ ...info, require: () => info }), async plug() {}, async unplug() {} };
`;
const HOSTILE = 'console.error("HOSTILE CODE RAN"); module.exports = {};';

/** Files in a folder of their own, which is removed after the test. */
async function folderWith(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'os-vif-plugins-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content);
  }
  return folder;
}

const configOf = (...plugins: string[]): string =>
  JSON.stringify({ plugins: Object.fromEntries(plugins.map((name) => [name, {}])) });

const draw = (config: string, options: RunOptions = {}): Promise<Run> => osVif([...GRAPH(), config], options);

/** A verb that opens the plugins and changes nothing. */
const GRAPH = (): string[] => ['graph', join(osVif.folder, 'vif.json'), '--memory', '--json', '--config'];

const MODULE = '{"type":"module","exports":"./index.js"}';

test.each([
  [
    'in the folder of the configuration file',
    'lab',
    { 'node_modules/lab/index.js': PLUGIN, 'node_modules/lab/package.json': MODULE },
  ],
  [
    'with a scope',
    '@site/lab',
    {
      'node_modules/@site/lab/index.mjs': PLUGIN,
      'node_modules/@site/lab/package.json': '{"exports":{".":{"types":"./x.d.ts","import":"./index.mjs"}}}',
    },
  ],
  ['with `main`', 'lab', { 'node_modules/lab/l.mjs': PLUGIN, 'node_modules/lab/package.json': '{"main":"l.mjs"}' }],
  ['by a path that starts with ./', './lab.mjs', { 'lab.mjs': PLUGIN }],
  ['by a path that starts with ../', '../etc/lab.mjs', { 'lab.mjs': PLUGIN }],
  ['by the path of a folder', './lab', { 'lab/index.js': PLUGIN, 'lab/package.json': MODULE }],
])('a plugin is found %s', async (_, name, files) => {
  const inEtc = Object.entries({ ...files, 'c.json': configOf(name) }).map(([file, text]) => [`etc/${file}`, text]);
  const folder = await folderWith(Object.fromEntries(inEtc));

  const { status, stderr } = await draw(join(folder, 'etc/c.json'));

  expect([status, stderr]).toEqual([0, expect.stringContaining(`ran file://`)]);
});

test('a plugin is found by an absolute path', async () => {
  const folder = await folderWith({ 'lab.mjs': PLUGIN });
  const config = await folderWith({ 'c.json': configOf(join(folder, 'lab.mjs')) });

  expect(await draw(join(config, 'c.json'))).toMatchObject({ status: 0, stderr: expect.stringContaining('ran') });
});

test.each([
  ['the working directory', '.', 'node_modules/lab/index.js'],
  ['a parent of the working directory', 'below/it', 'node_modules/lab/index.js'],
  ['the working directory, as a file', '.', 'lab'],
  ['the working directory, as a script', '.', 'lab.js'],
])('a package in %s is not a plugin', async (_, below, file) => {
  const cwd = await folderWith({ [file]: HOSTILE, [`${below}/x`]: '' });
  const config = await folderWith({ 'c.json': configOf('lab') });

  const { status, stderr } = await draw(join(config, 'c.json'), { cwd: join(cwd, below) });

  expect([status, stderr]).toEqual([1, expect.stringMatching(/ERR_OSVIF_PLUGIN: .* lab cannot be found .*install it/)]);
  expect(stderr).not.toContain('HOSTILE CODE RAN');
});

test('a package in a parent of the folder of the configuration file is not a plugin', async () => {
  const folder = await folderWith({ 'node_modules/lab/index.js': HOSTILE, 'etc/os-vif/c.json': configOf('lab') });

  const { status, stderr } = await draw(join(folder, 'etc/os-vif/c.json'));

  expect([status, stderr]).toEqual([1, expect.not.stringContaining('HOSTILE CODE RAN')]);
});

test('a package in NODE_PATH is not a plugin', async () => {
  const path = await folderWith({ 'lab/index.js': HOSTILE, 'lab/package.json': '{"main":"index.js"}' });
  const config = await folderWith({ 'c.json': configOf('lab') });

  const { status, stderr } = await draw(join(config, 'c.json'), { env: { NODE_PATH: path } });

  expect([status, stderr]).toEqual([1, expect.stringContaining('install it')]);
  expect(stderr).not.toContain('HOSTILE CODE RAN');
});

test('a package beside a link to the configuration file is not a plugin, one beside the file is', async () => {
  const files = {
    'c.json': configOf('lab'),
    'node_modules/lab/index.js': PLUGIN,
    'node_modules/lab/package.json': MODULE,
  };
  const real = await folderWith(files);
  const link = await folderWith({ 'node_modules/lab/index.js': HOSTILE });
  await symlink(join(real, 'c.json'), join(link, 'c.json'));

  const { status, stderr } = await draw(join(link, 'c.json'), { cwd: link });

  expect([status, stderr]).toEqual([0, expect.stringContaining(`ran file://${real}`)]);
  expect(stderr).not.toContain('HOSTILE CODE RAN');
});

test.each([
  ['an import', MODULE, `import 'lab-dependency';\n${PLUGIN}`],
  ['a require', '{"main":"index.js"}', `require('lab-dependency'); exports.plugin = {};`],
  ['an import() in the module', MODULE, `await import('lab-dependency');\n${PLUGIN}`],
])(
  'a plugin that misses a dependency, by %s, fails with its name; the working directory has no say',
  async (_, manifest, source) => {
    const folder = await folderWith({
      'c.json': configOf('lab'),
      'node_modules/lab/index.js': source,
      'node_modules/lab/package.json': manifest,
    });
    const cwd = await folderWith({
      'node_modules/lab-dependency/index.js': HOSTILE,
      'node_modules/lab/index.js': HOSTILE,
    });

    const { status, stderr } = await draw(join(folder, 'c.json'), { cwd });

    expect([status, stderr]).toEqual([1, expect.stringMatching(/ERR_OSVIF_PLUGIN: .*'lab-dependency'.*dependencies/)]);
    expect(stderr).not.toContain('HOSTILE CODE RAN');
  },
);

test.each([
  'data:text/javascript,console.error("HOSTILE"+" CODE RAN")',
  'http://127.0.0.1:9/lab.js',
  'https://127.0.0.1:9/lab.js',
  'node:fs',
  'file:///tmp/lab.mjs',
  'sub/folder.js',
  'lab/../../escape',
  '@site',
  '.hidden',
  '..',
  '#imports',
  'lab\\x',
  'lab?query',
  ' lab',
])('%s is not the name of a plugin', async (name) => {
  const folder = await folderWith({ 'c.json': configOf(name), 'sub/folder.js': HOSTILE });

  const { status, stderr } = await draw(join(folder, 'c.json'), { cwd: folder });

  expect([status, stderr]).toEqual([
    2,
    expect.stringContaining('expected the name of a package, an absolute path, or'),
  ]);
  expect(stderr).not.toContain('HOSTILE CODE RAN');
});

test('a relative path in a configuration from standard input is refused', async () => {
  const cwd = await folderWith({ 'lab.mjs': HOSTILE });

  const run = await osVif([...GRAPH(), '-'], { cwd, input: configOf('./lab.mjs') });

  expect(run).toMatchObject({ status: 1, stderr: expect.stringContaining('write an absolute path') });
});

test('a package whose package.json leads out of it is refused', async () => {
  const manifest = '{"exports":"../../../evil.mjs"}';
  const folder = await folderWith({
    'etc/c.json': configOf('lab'),
    'etc/node_modules/lab/package.json': manifest,
    'evil.mjs': HOSTILE,
  });

  const { status, stderr } = await draw(join(folder, 'etc/c.json'));

  expect([status, stderr]).toEqual([1, expect.stringContaining('which is not in the package')]);
});

test.each([
  ['class', 'export class plugin extends Lab {}'],
  ['function', 'export const plugin = (given) => new Lab(given);'],
])('options of the configuration reach a plugin that exports a %s', async (_, exported) => {
  const source = `class Lab {
  constructor(given) { console.error('options', JSON.stringify(given)); }
  describe() { const info = { pluginName: 'lab', vifInfo: [] }; return { ...info, require: () => info }; }
  async plug() {}
  async unplug() {}
}
${exported}`;
  const config = { plugins: { './lab.mjs': { parent: 'eth1', depth: { of: [1] } } } };
  const folder = await folderWith({ 'lab.mjs': source, 'c.json': JSON.stringify(config) });

  const { status, stderr } = await draw(join(folder, 'c.json'));

  expect([status, stderr]).toEqual([0, 'options {"parent":"eth1","depth":{"of":[1]}}\n']);
});

test.each([7, 'x', true, []])('%j is no object of options of a plugin', async (options) => {
  const folder = await folderWith({
    'lab.mjs': PLUGIN,
    'c.json': JSON.stringify({ plugins: { './lab.mjs': options } }),
  });

  const { status, stderr } = await draw(join(folder, 'c.json'));

  expect([status, stderr]).toEqual([
    2,
    expect.stringContaining('/plugins/./lab.mjs: expected an object of options, found'),
  ]);
});
