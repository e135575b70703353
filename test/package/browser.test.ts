import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'puppeteer-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { blocksOf } from '../docs/pages.ts';
import { bytesLoadedFirst, writeBundle, writeBundleForNode } from './browser-bundle.ts';
import { buildPackage, run } from './built-package.ts';
import { HAS_CHROMIUM, launchChromium, serveStrictly } from './chromium.ts';

let folder: string;

/** Builds the package, and makes a project that has it. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'os-vif-browser-'));
  await buildPackage(join(folder, 'copy'));
  await mkdir(join(folder, 'site'));
  await mkdir(join(folder, 'node_modules'));
  await symlink(join(folder, 'copy'), join(folder, 'node_modules/os-vif'));
}, 120_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

/** Bundles a module for browsers, as `/name.js` of the site. */
const bundle = (name: string, code: string) => writeBundle(code, folder, join(folder, 'site'), name);

const SAMPLES = blocksOf('docs/browsers.md', 'ts');

describe('the package, bundled for a browser', () => {
  test('has no Node built-in and no LinuxHost', async () => {
    const { metafile, warnings } = await bundle('all', SAMPLES.join('\n'));
    expect(warnings).toEqual([]);
    expect(
      Object.values(metafile.outputs).flatMap(({ imports }) => imports.filter(({ external }) => external)),
    ).toEqual([]);
    const inputs = Object.keys(metafile.inputs);
    expect(inputs.filter((path) => path.endsWith('dist/in-browser.js'))).toHaveLength(1);
    expect(inputs.filter((path) => /koffi|in-node\.js$/.test(path))).toEqual([]);
  });

  test('cannot import LinuxHost, and the bundler says so', async () => {
    const importing = bundle('linux', "import { LinuxHost } from 'os-vif/host'; await LinuxHost.open();");
    await expect(importing).rejects.toThrow(/No matching export in ".*host-in-browser\.js" for import "LinuxHost"/);
  });

  test.each([
    [100_000, 'has all classes', "import 'os-vif';"],
    [
      105_000,
      'reads, validates, negotiates and declares objects',
      `import { VersionedObject, VIFBridge, HostInfo, validate, negotiate, backport, versionManifest } from 'os-vif';
       import { defineObject, string, integer, boolean, uuid, listOf, dictOf, objectOf } from 'os-vif';
       console.log(VersionedObject, VIFBridge, HostInfo, validate, negotiate, backport, versionManifest);
       console.log(defineObject, string, integer, boolean, uuid, listOf, dictOf, objectOf);`,
    ],
  ])('has less than %i bytes in a program that %s', async (limit, _, program) => {
    const bytes = await bytesLoadedFirst(program, folder);
    expect(bytes).toBeLessThan(limit);
    // Fewer would mean that the bundle lacks the classes.
    expect(bytes).toBeGreaterThan(limit / 2);
  });

  test('makes the plain form in a bundle for Node.js, which needs no other file', async () => {
    const code = "import { VIFGeneric } from 'os-vif'; console.log(new VIFGeneric({ vifName: 'tap0' }).toPlain());";
    await writeBundleForNode(code, folder, join(folder, 'alone'));
    expect(run(tmpdir(), 'node', join(folder, 'alone/stdin.mjs'))).toBe("{ type: 'VIFGeneric', vif_name: 'tap0' }\n");
  });
});

describe.skipIf(!HAS_CHROMIUM)('a page under a strict Content-Security-Policy', () => {
  let server: Server;
  let base: string;
  let browser: Browser;

  beforeAll(async () => {
    ({ server, base } = await serveStrictly(join(folder, 'site')));
    browser = await launchChromium();
  }, 60_000);

  afterAll(async () => {
    await browser?.close();
    server?.close();
  });

  /**
   * Runs a module in a page of its own. Returns the lines that the module printed, and those that the browser
   * printed. An uncaught error of the module fails the test.
   */
  async function visit(name: string, code: string): Promise<{ printed: string[]; complaints: string[] }> {
    await bundle(name, `${code}\nconsole.log('the end');`);
    await writeFile(
      join(folder, 'site', `${name}.html`),
      `<!doctype html><script type="module" src="${name}.js"></script>`,
    );
    await writeFile(join(folder, 'site/favicon.ico'), '');
    const page = await browser.newPage();
    onTestFinished(() => page.close());
    const [printed, complaints]: [string[], string[]] = [[], []];
    await new Promise<void>((resolve, reject) => {
      page.on('pageerror', reject);
      page.on('console', (message) => {
        if (message.type() !== 'log') complaints.push(message.text());
        else if (message.text() === 'the end') resolve();
        else printed.push(message.text());
      });
      page.goto(`${base}/${name}.html`).catch(reject);
    });
    return { printed, complaints };
  }

  /** What the module printed, in a page without any complaint of the browser. */
  async function printedBy(name: string, code: string): Promise<string[]> {
    const { printed, complaints } = await visit(name, code);
    expect(complaints).toEqual([]);
    return printed;
  }

  test('is strict: it refuses eval', async () => {
    const evaluating = "try { new Function('return 1')(); } catch (error) { console.log(error.name); }";
    const { printed, complaints } = await visit('eval', evaluating);
    expect(printed).toEqual(['EvalError']);
    expect(complaints.join()).toContain('script-src');
  });

  test.each(SAMPLES.map((code, i) => [i + 1, code] as const))('runs sample %i of docs/browsers.md', async (i, code) => {
    const promised = [...code.matchAll(/^console\.log\(.*\); \/\/ (.*)$/gm)].map(([, comment]) => comment);
    expect(promised.length).toBeGreaterThan(0);
    expect(await printedBy(`sample-${i}`, code)).toEqual(promised);
  });

  test('plugs, unplugs and draws a VIF of each plugin', async () => {
    const printed = await printedBy(
      'plugins',
      `import { InstanceInfo, Network, VIFBridge, VIFGeneric, VIFPortProfileOpenVSwitch } from 'os-vif';
       import { MemoryHost, OsVif } from 'os-vif/host';
       import { toDot, toMermaid, toText } from 'os-vif/picture';
       const id = 'dc065497-3c8d-4f44-8fb4-e1d33c16a536';
       const network = new Network({ id, bridge: 'br0', mtu: 1450 });
       const portProfile = new VIFPortProfileOpenVSwitch({ interfaceId: id });
       const common = { id, address: 'fa:16:3e:11:22:33', network };
       const vifs = [
         new VIFGeneric({ ...common, plugin: 'tap', vifName: 'tap1' }),
         new VIFBridge({ ...common, plugin: 'linux_bridge', vifName: 'tap1', bridgeName: 'br0' }),
         new VIFBridge({ ...common, plugin: 'ovs', vifName: 'tap1', bridgeName: 'qbr1', portProfile }),
       ];
       const instance = new InstanceInfo({ uuid: '2d9ad0a5-32f7-4a06-a3cc-1e7c3c0e1d7e', name: 'guest' });
       for (const vif of vifs) {
         const host = new MemoryHost();
         const osVif = await OsVif.open({ host });
         await osVif.plugAll([{ vif, instance }]);
         const drifts = await osVif.check(vif, instance);
         const graph = await osVif.graph(vif, instance);
         const isDrawn = [toMermaid(graph), toDot(graph), toText(graph)].every((text) => text.includes('fa:16:3e'));
         await osVif.unplugAll([{ vif, instance }]);
         console.log(vif.plugin, drifts.length, isDrawn, (await host.links.list()).map(({ name }) => name).join());
       }`,
    );
    expect(printed).toEqual(['tap 0 true lo', 'linux_bridge 0 true lo', 'ovs 0 true lo']);
  });

  test('validates objects, port bindings and options of plugins, and tells the same as Node.js', async () => {
    const validations = `
      const id = 'dc065497-3c8d-4f44-8fb4-e1d33c16a536';
      const vif = new VIFOpenVSwitch({ id, network: new Network({ id, mtu: 1450 }), address: 'fa:16:3e:11:22:33' });
      const wire = vif.toPrimitive();
      const wrong = structuredClone(wire);
      wrong['versioned_object.data'].address = 'fa:16';
      wrong['versioned_object.data'].network['versioned_object.data'].mtu = '1450';
      wrong['versioned_object.data'].port = 1;
      const port = { id, mac_address: 'fa:16:3e:11:22:33', 'binding:vif_type': 'ovs', 'binding:vif_details': {} };
      const results = [
        await validate(wire),
        await validate(vif.toPlain()),
        await validate(wrong),
        await validate({ type: 'VIFOpenVSwitch', addres: 'fa:16:3e:11:22:33' }),
        validateBinding(port),
        validateBinding({ ...port, 'binding:vif_type': 'hw_veb', mac_address: 'fa' }),
        await validatePluginOptions('ovs', { isolateVif: 1 }),
      ];`;
    const imports = `
      import { Network, validate, VIFOpenVSwitch } from 'os-vif';
      import { validatePluginOptions } from 'os-vif/host';
      import { validateBinding } from 'os-vif/neutron';`;
    const code = `${imports} ${validations} console.log(JSON.stringify(results));`;
    await writeFile(join(folder, 'validate.mjs'), code);
    const inNode = run(folder, 'node', 'validate.mjs').trim();
    const counts = JSON.parse(inNode).map((violations: unknown[]) => violations.length);
    expect(counts).toEqual([0, 0, 3, 1, 0, expect.toSatisfy((count: number) => count > 1), 1]);
    expect(await printedBy('validate', code)).toEqual([inNode]);
    expect(run(folder, 'node', '--disallow-code-generation-from-strings', 'validate.mjs').trim()).toBe(inNode);
  });

  test('tells which keyword of an own field type needs code that the policy forbids', async () => {
    const { printed } = await visit(
      'own',
      `import { defineObject, fieldType, validate } from 'os-vif';
       const even = fieldType({ osloName: 'Even', expected: 'an even number', schema: { type: 'integer', multipleOf: 2 },
         accept: (value) => (Number.isInteger(value) && value % 2 === 0 ? value : undefined) });
       const Pair = defineObject({ name: 'Pair', version: '1.0', namespace: 'acme', fields: { shoes: even } });
       await validate(new Pair({ shoes: 4 }).toPrimitive()).catch(({ code, message }) => console.log(code, message));`,
    );
    expect(printed).toEqual([expect.stringMatching(/^ERR_OSVIF_SCHEMA_COMPILATION .*Pair 1\.0.*"multipleOf"/)]);
  });

  test('tells what a browser does not have', async () => {
    const printed = await printedBy(
      'absent',
      `import { MemoryHost, OsVif } from 'os-vif/host';
       const show = (error) => console.log(error.code, error.message);
       await OsVif.open().catch(show);
       await OsVif.open({ host: new MemoryHost(), plugins: ['some-plugin'] }).catch(show);`,
    );
    expect(printed).toEqual([
      expect.stringMatching(/^ERR_OSVIF_UNSUPPORTED_HOST .*give host, for example a MemoryHost$/),
      expect.stringMatching(/^ERR_OSVIF_PLUGIN .*"some-plugin" cannot be loaded in a browser/),
    ]);
  });
});
