import { access, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { optionsInHelp, optionsInPage, verbsIn } from '../cli/documented-options.ts';
import { buildPackage, ROOT, run } from './built-package.ts';

/** A name that each subpath exports, to see that it is the real thing. */
const KNOWN_NAMES: Readonly<Record<string, string>> = {
  '.': 'VIFBridge',
  './errors': 'OsVifError',
  './host': 'LinuxHost',
  './libvirt': 'toInterfaceXml',
  './neutron': 'vifFromPort',
  './oslo-messaging': 'osloTransport',
  './picture': 'graphOf',
  './schemas': 'bundleSchema',
  './testing': 'describeVIFPlugin',
};

/** Packages that only the command, diagrams as SVG or the inside of this package need. */
const UNWANTED = /^(commander|cli-.*|yaml|@viz-js|@bomb\.sh|@noble|fast-xml-builder|ipaddr\.js)$/;

const VIF_IN_YAML = `
type: VIFBridge
id: dc065497-3c8d-4f44-8fb4-e1d33c16a536
address: fa:16:3e:00:00:01
plugin: linux_bridge
vif_name: tap0
bridge_name: br0
network: { id: b82c1929-051e-481d-8110-4669916c7915, bridge: br0 }
`;

/** What a user of a subpath writes in TypeScript. */
const TYPED_USE = `
import { InstanceInfo, VIFGeneric, type VIFBase } from 'os-vif';
import { MemoryHost, OsVif } from 'os-vif/host';
import { toInterfaceXml } from 'os-vif/libvirt';
import { vifFromPort } from 'os-vif/neutron';
import { graphOf } from 'os-vif/picture';
import { describeVIFPlugin } from 'os-vif/testing';

export async function plug(): Promise<string> {
  const vif: VIFBase = new VIFGeneric({ vifName: 'tap0', plugin: 'tap' });
  const osVif = await OsVif.open({ host: new MemoryHost() });
  await osVif.plug(vif, new InstanceInfo({ uuid: '2d9ad0a5-32f7-4a06-a3cc-1e7c3c0e1d7e', name: 'guest' }));
  // @ts-expect-error a MAC address is a string
  vif.address = 7;
  return toInterfaceXml(vif, { virtType: 'kvm' });
}
export const others = [vifFromPort, graphOf, describeVIFPlugin];
`;

let folder: string;
let project: string;
let packed: string[];
let tarball: string;

/** Builds the package as it stands, packs it, and installs it in a project that has nothing else. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'os-vif-pack-'));
  const copy = join(folder, 'copy');
  project = join(folder, 'project');
  await mkdir(project);
  await buildPackage(copy);
  const [pack] = JSON.parse(run(copy, 'npm', 'pack', '--json', '--silent', '--pack-destination', folder));
  tarball = join(folder, pack.filename);
  packed = pack.files.map(({ path }: { path: string }) => path);
  await writeFile(join(project, 'package.json'), '{ "private": true }');
  run(project, 'npm', 'install', '--silent', '--prefer-offline', '--no-audit', '--no-fund', tarball);
}, 180_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

const subpaths = (): string[] => Object.keys(KNOWN_NAMES);
const specifier = (subpath: string): string => `os-vif${subpath.slice(1)}`;

describe('the packed package', () => {
  test('holds what is needed and no more', () => {
    const allowed =
      /^(package\.json|README\.md|LICENSE|CHANGELOG\.md|SECURITY\.md|bin\/os-vif-helper|schemas\/.+\.json|src\/.+\.ts|dist\/THIRD-PARTY-LICENSES|dist\/man\/[\w-]+\.1|dist\/.+\.(js|js\.map|d\.ts))$/;
    expect(packed.filter((path) => !allowed.test(path))).toEqual([]);
    expect(packed).toContain('schemas/neutron/port-binding.json');
    expect(packed).toContain('dist/entries/host.d.ts');
  });

  test('has less than 355 kB of declarations', async () => {
    const declarations = packed.filter((path) => path.endsWith('.d.ts'));
    const texts = await Promise.all(declarations.map((path) => readFile(join(project, 'node_modules/os-vif', path))));
    expect(texts.reduce((sum, { length }) => sum + length, 0)).toBeLessThan(355_000);
  });

  test('installs only what its users share with it, and names the licences of the rest', async () => {
    const installed = await readdir(join(project, 'node_modules'));
    expect(installed.filter((name) => UNWANTED.test(name))).toEqual([]);
    expect(installed).toEqual(expect.arrayContaining(['ajv', 'class-transformer', 'reflect-metadata', 'semver']));
    const licenses = await readFile(join(project, 'node_modules/os-vif/dist/THIRD-PARTY-LICENSES'), 'utf8');
    for (const name of ['commander', 'yaml', '@viz-js/viz', '@noble/hashes'])
      expect(licenses).toContain(`\n${name} `.trimStart());
  });

  test('runs with npx in one step, where nothing is installed', async () => {
    const empty = join(folder, 'empty');
    await mkdir(empty);
    const input = join(ROOT, 'examples/tap-vif.json');
    expect(run(empty, 'npx', '--yes', '--prefer-offline', '--package', tarball, 'os-vif', 'validate', input)).toContain(
      '"valid": true',
    );
  }, 60_000);

  test('has the man pages that package.json names', async () => {
    const { man } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'));
    expect(packed).toEqual(expect.arrayContaining(man.map((path: string) => path.replace('./', ''))));
  });

  test('has a man page for each verb, with the options of the verb', async () => {
    const command = (...args: string[]) => run(project, 'node_modules/.bin/os-vif', ...args);
    const verbs = verbsIn(command('--help'));
    expect(verbs).toContain('plug');
    for (const verb of verbs) {
      const page = await readFile(join(project, `node_modules/os-vif/dist/man/os-vif-${verb}.1`), 'utf8');
      expect([verb, ...optionsInPage(page)]).toEqual([verb, ...optionsInHelp(command(verb, '--help'))]);
    }
  });

  test('has the source files that stack traces name', async () => {
    const sources = packed
      .filter((path) => path.endsWith('.js.map'))
      .map((path) => join(project, 'node_modules/os-vif', path));
    const named = await Promise.all(
      sources.map(async (map) =>
        JSON.parse(await readFile(map, 'utf8')).sources.map((source: string) => join(dirname(map), source)),
      ),
    );
    const own = [...new Set(named.flat())].filter((path) => path.startsWith(join(project, 'node_modules/os-vif/src/')));
    expect(own.length).toBeGreaterThan(300);
    for (const path of own) await expect(access(path)).resolves.toBeUndefined();
  });

  test('opens the machine in Node.js, and says what it is', () => {
    const program = `
      import { OsVif } from 'os-vif/host';
      const osVif = await OsVif.open();
      console.log(osVif, (await osVif.check(
        new (await import('os-vif')).VIFGeneric({ id: '2d9ad0a5-32f7-4a06-a3cc-1e7c3c0e1d70', plugin: 'noop' }),
        new (await import('os-vif')).InstanceInfo({ uuid: '2d9ad0a5-32f7-4a06-a3cc-1e7c3c0e1d7e', name: 'guest' }),
      )).length);
      await osVif.close();`;
    expect(run(project, 'node', '--input-type=module', '-e', program)).toMatch(
      /^OsVif \{ host: LinuxHost, plugins: .*tap.* \} 0$/m,
    );
  });

  test('loads class-transformer with the first plain form', () => {
    const program = `
      import { createRequire } from 'node:module';
      import { VIFGeneric } from 'os-vif';
      const { cache } = createRequire(import.meta.url);
      const loaded = () => Object.keys(cache).some((file) => /class-transformer|reflect-metadata/.test(file));
      const vif = VIFGeneric.fromPrimitive(new VIFGeneric({ vifName: 'tap0' }).toPrimitive());
      console.log(loaded(), JSON.stringify(vif.toPlain()), loaded());`;
    expect(run(project, 'node', '--input-type=module', '-e', program)).toBe(
      'false {"type":"VIFGeneric","vif_name":"tap0"} true\n',
    );
  });

  test('loads no file of semver in Node.js, whose dist has the parser', () => {
    const program = `
      import { createRequire } from 'node:module';
      import { backport, VIFGeneric } from 'os-vif';
      const { cache } = createRequire(import.meta.url);
      const { 'versioned_object.version': version } = backport(new VIFGeneric().toPrimitive(), { targetVersion: '1.0' });
      console.log(version, Object.keys(cache).filter((file) => file.includes('semver')).length);`;
    expect(run(project, 'node', '--input-type=module', '-e', program)).toBe('1.0 0\n');
  });

  test('lets a program use the functions of class-transformer on its objects', () => {
    const program = `
      import { instanceToPlain, plainToInstance } from 'class-transformer';
      import { declareToClassTransformer, VIFGeneric } from 'os-vif';
      declareToClassTransformer();
      console.log(JSON.stringify(instanceToPlain(new VIFGeneric({ vifName: 'tap0' }), { exposeUnsetFields: false })));
      console.log(plainToInstance(VIFGeneric, { vif_name: 'tap1' }).vifName);`;
    expect(run(project, 'node', '--input-type=module', '-e', program)).toBe(
      '{"type":"VIFGeneric","vif_name":"tap0"}\ntap1\n',
    );
  });

  test('has the command, with YAML, tables, SVG, XML and completion', async () => {
    await writeFile(join(project, 'vif.yaml'), VIF_IN_YAML);
    const command = (line: string) => run(project, 'sh', '-c', `node_modules/.bin/os-vif ${line}`);
    const inTerminal = (line: string) =>
      run(project, 'script', '-qec', `node_modules/.bin/os-vif ${line}`, '/dev/null');
    expect(JSON.parse(command('show vif.yaml'))).toMatchObject({ type: 'VIFBridge', vif_name: 'tap0' });
    expect(command('graph vif.yaml --show nothing --format svg')).toMatch(/^<svg /);
    expect(command('xml vif.yaml')).toContain('<interface type="bridge">');
    expect(command('completion bash')).toContain('completion for os-vif');
    expect(inTerminal('fingerprints')).toMatch(/[─│].*VIFBridge|VIFBridge.*1\.0-/);
    expect(inTerminal('validate vif.yaml')).toContain('valid');
  });

  test('every code subpath of package.json is known to this test', async () => {
    const { exports } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'));
    const code = Object.keys(exports).filter((path) => !path.startsWith('./schemas/') && path !== './package.json');
    expect(code.sort()).toEqual(subpaths().sort());
  });

  // What needs vitest is used in a vitest run, below.
  test.each(subpaths().filter((path) => path !== './testing'))('%s can be imported and required', (subpath) => {
    const name = KNOWN_NAMES[subpath];
    const show = `console.log(typeof names.${name})`;
    const imported = run(
      project,
      'node',
      '--input-type=module',
      '-e',
      `import * as names from '${specifier(subpath)}'; ${show}`,
    );
    const required = run(
      project,
      'node',
      '--input-type=commonjs',
      '--no-warnings',
      '-e',
      `const names = require('${specifier(subpath)}'); ${show}`,
    );
    expect([imported.trim(), required.trim()]).toEqual(['function', 'function']);
  });

  test('schemas can be imported', () => {
    const code = `import schema from 'os-vif/schemas/neutron/port-binding.json' with { type: 'json' }; console.log(schema.title)`;
    expect(run(project, 'node', '--no-warnings', '--input-type=module', '-e', code)).toMatch(/binding/i);
  });

  test.each([
    ['node16', 'node16', 'use.mts'],
    ['nodenext, from CommonJS', 'nodenext', 'use.cts'],
    ['bundler', 'preserve', 'use.ts'],
    ['node10, the old way of TypeScript', 'commonjs', 'use.ts', '--ignoreDeprecations', '6.0'],
  ])('its types hold with module resolution %s', async (resolution, module, file, ...more) => {
    await linkDevelopment('typescript', '@types/node', 'vitest', 'fast-check');
    // The types of vitest need a newer way.
    const program = more.length > 0 ? TYPED_USE.replaceAll(/.*describeVIFPlugin.*\n/g, '') : TYPED_USE;
    await writeFile(join(project, file), program);
    const moduleResolution = resolution.split(',')[0] ?? '';
    const flags = ['--noEmit', '--strict', '--types', 'node', '--target', 'es2022', '--module', module, ...more];
    const tsc = join(project, 'node_modules/typescript/bin/tsc');
    expect(() => run(project, 'node', tsc, ...flags, '--moduleResolution', moduleResolution, file)).not.toThrow();
  });

  test('os-vif/testing serves a plugin author who has vitest', async () => {
    await linkDevelopment('vitest', 'fast-check');
    await writeFile(
      join(project, 'plugin.test.js'),
      `import { TapPlugin } from 'os-vif/host';
       import { VIFGeneric } from 'os-vif';
       import { describeVIFPlugin } from 'os-vif/testing';
       describeVIFPlugin(new TapPlugin(), {
         vif: () => new VIFGeneric({ id: '2d9ad0a5-32f7-4a06-a3cc-1e7c3c0e1d70', vifName: 'tap0', plugin: 'tap' }),
       });`,
    );
    const report = JSON.parse(
      run(project, 'node', 'node_modules/vitest/vitest.mjs', 'run', '--reporter=json', '--silent'),
    );
    expect(report).toMatchObject({ success: true, numFailedTests: 0 });
    expect(report.numPassedTests).toBeGreaterThan(3);
  });
});

/** What its user has beside it; borrowed from here, to install less. */
async function linkDevelopment(...names: string[]): Promise<void> {
  for (const name of names) {
    const place = join(project, 'node_modules', name);
    await mkdir(dirname(place), { recursive: true });
    await symlink(join(ROOT, 'node_modules', name), place).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  }
}
