import { fileURLToPath } from 'node:url';
import { type Context, createContext, Script } from 'node:vm';
import { type BuildResult, build } from 'esbuild';
import { beforeAll, describe, expect, test } from 'vitest';
import { bridge } from './builders.ts';

const ENTRY = fileURLToPath(new URL('../../src/entries/index.ts', import.meta.url));

describe('the model, bundled for a browser with all that it depends on and minified', () => {
  let bundle: BuildResult<{ write: false; metafile: true }>;
  let context: Context;

  beforeAll(async () => {
    bundle = await build({
      entryPoints: [ENTRY],
      bundle: true,
      minify: true,
      platform: 'browser',
      format: 'iife',
      globalName: 'osVif',
      write: false,
      metafile: true,
      logLevel: 'silent',
    });
    // What ECMAScript itself has, and these classes of browsers: no process, no Buffer, no require.
    context = createContext({ TextEncoder, TextDecoder, URL });
    new Script(bundle.outputFiles[0]?.text ?? '').runInContext(context);
  });

  const run = (code: string): unknown => new Script(`JSON.stringify((() => { ${code} })())`).runInContext(context);

  test('pulls in no Node built-in, no native code and nothing of the host', () => {
    const inputs = Object.keys(bundle.metafile.inputs);
    const imports = Object.values(bundle.metafile.outputs).flatMap((output) => output.imports);
    expect(imports).toEqual([]);
    expect(bundle.warnings).toEqual([]);
    expect(inputs.length).toBeGreaterThan(50);
    expect(inputs.filter((input) => /node:|koffi|\.node$|^src\/(host|wiring|plugins|os-vif)/.test(input))).toEqual([]);
  });

  test('would not bundle at all if it did', async () => {
    const withBuiltIn = build({
      stdin: { contents: "import 'node:fs'" },
      bundle: true,
      platform: 'browser',
      write: false,
      logLevel: 'silent',
    });
    await expect(withBuiltIn).rejects.toThrow('Could not resolve "node:fs"');
  });

  test('works where there is nothing of Node', () => {
    expect(run('return [typeof process, typeof Buffer, typeof require, typeof fetch]')).toBe(
      JSON.stringify(Array(4).fill('undefined')),
    );
    const text = JSON.stringify(bridge());
    const roundTrip = `const { VersionedObject } = osVif;
      const vif = VersionedObject.fromPrimitive(${text});
      const again = VersionedObject.fromPlain(vif.toPlain());
      return [again.equals(vif), vif, vif.toPrimitive({ versionManifest: { Network: '1.0' } })['versioned_object.version']]`;
    expect(JSON.parse(String(run(roundTrip)))).toEqual([true, JSON.parse(text), '1.0']);
  });

  test('keeps every wire name and fingerprint, whatever the minifier calls the classes', async () => {
    const { objectClasses } = await import('../../src/entries/index.ts');
    const code = `return [...osVif.objectClasses('os_vif')].map(([name, [newest]]) =>
      [name, new newest().toPrimitive()['versioned_object.name'], newest.fingerprint()])`;
    const here = [...objectClasses('os_vif')].map(([name, [newest]]) => [name, name, newest?.fingerprint() ?? '']);
    // The order is that in which the modules were imported.
    const sorted = (rows: string[][]) => rows.toSorted(([a = ''], [b = '']) => (a < b ? -1 : 1));
    expect(sorted(JSON.parse(String(run(code))))).toEqual(sorted(here));
    expect(here.length).toBe(31);
    expect(run('return osVif.VIFBridge.name')).not.toBe('"VIFBridge"');
  });

  test('validates there too', async () => {
    const check = `osVif.validate({ 'versioned_object.name': 'FixedIP', 'versioned_object.namespace': 'os_vif',
      'versioned_object.version': '1.0', 'versioned_object.data': { address: 'x' } }).then((all) => all[0].path)`;
    expect(await new Script(check).runInContext(context)).toBe('/versioned_object.data/address');
  });
});
