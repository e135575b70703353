/** Which configuration file counts, and the objects that it names. */

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { NETNS_UNAVAILABLE } from '../host/netns.ts';
import { commandUnderTest, type RunOptions } from './command.ts';

const osVif = commandUnderTest({ apart: true });
const VIF_ID = 'dc065497-3c8d-4f44-8fb4-e1d33c16a536';
const write = (name: string, content: string): void => writeFileSync(join(osVif.folder, name), content);

describe('the file', () => {
  beforeAll(() => {
    write('without-tap.yaml', 'plugins: { tap: false }');
    write('without-noop.yaml', 'plugins: { noop: false }');
    mkdirSync(join(osVif.folder, 'etc/os-vif'), { recursive: true });
    write('etc/os-vif/config.yaml', 'plugins: { macvtap: false }');
  });

  const missingPlugins = async (args: string[], options: RunOptions): Promise<string[]> => {
    const { stdout, stderr } = await osVif(['host-info', ...args], options);
    expect(stderr).not.toContain('os-vif:');
    return ['tap', 'noop', 'macvtap'].filter((plugin) => !stdout.includes(`"plugin_name": "${plugin}"`));
  };
  const etc = () => join(osVif.folder, 'etc');

  test('of --config comes before that of the variable', async () => {
    const env = { OS_VIF_CONFIG: 'without-noop.yaml' };
    expect(await missingPlugins(['--config', 'without-tap.yaml'], { env })).toEqual(['tap']);
  });

  describe.skipIf(NETNS_UNAVAILABLE)('in /etc/os-vif', () => {
    test('counts without --config and without the variable', async () => {
      expect(await missingPlugins([], { etc: etc(), env: { OS_VIF_CONFIG: undefined } })).toEqual(['macvtap']);
    });

    test('does not count with the variable, and not if the variable is empty', async () => {
      const env = { OS_VIF_CONFIG: 'without-noop.yaml' };
      expect(await missingPlugins([], { etc: etc(), env })).toEqual(['noop']);
      expect(await missingPlugins([], { etc: etc(), env: { OS_VIF_CONFIG: '' } })).toEqual([]);
    });

    test('is named by an error', async () => {
      write('etc/os-vif/config.yaml', 'plugin: {}');
      const { status, stderr } = await osVif(['host-info'], { etc: etc(), env: { OS_VIF_CONFIG: undefined } });
      expect(status).toBe(2);
      expect(stderr).toContain('ERR_OSVIF_INPUT: /etc/os-vif/config.yaml: no configuration: /plugin: ');
    });
  });

  test('names the file of a certificate that does not exist', async () => {
    write('tls.yaml', 'ovsdb: { connection: "ssl:192.0.2.1", tls: { key: key.pem, cert: cert.pem, ca: ca.pem } }');
    const { status, stderr } = await osVif(['ls', '--config', 'tls.yaml']);
    expect([status, stderr]).toEqual([
      2,
      `os-vif: ERR_OSVIF_INPUT: ${join(osVif.folder, 'key.pem')}: the file does not exist\n`,
    ]);
  });

  test('of the variable must exist', async () => {
    const { status, stderr } = await osVif(['host-info'], { env: { OS_VIF_CONFIG: 'nowhere.yaml' } });
    expect([status, stderr]).toEqual([2, 'os-vif: ERR_OSVIF_INPUT: nowhere.yaml: the file does not exist\n']);
  });
});

describe('own objects', () => {
  const DECLARATION = `defineObject({
    name: 'VIFVlanNested', version: '1.0', extends: VIFBase,
    fields: { vifName: string(), vlanId: { type: integer(), nullable: true } },
  })`;
  const nested = { type: 'VIFVlanNested', id: VIF_ID, plugin: 'noop', vif_name: 'eth0', vlan_id: 101 };

  beforeAll(() => {
    write('kuryr.yaml', 'objects: [./kuryr.mjs]');
    write('kuryr.mjs', `import { defineObject, integer, string, VIFBase } from 'os-vif';\n${DECLARATION};`);
    write('given.yaml', 'objects: [./given.mjs]');
    write('given.mjs', `export const declareObjects = ({ defineObject, integer, string, VIFBase }) => ${DECLARATION};`);
    write('nested.json', JSON.stringify([nested]));
  });

  test.each(['kuryr.yaml', 'given.yaml'])('of %s are read by each verb that looks at objects', async (config) => {
    const run = (...args: string[]) => osVif([...args, '--config', config]);
    const validate = await run('validate', 'nested.json');
    expect([validate.status, validate.json()]).toMatchObject([0, [{ object: 'VIFVlanNested', valid: true }]]);
    expect((await run('show', 'nested.json')).json()).toEqual([nested]);
    const primitive = { 'versioned_object.name': 'VIFVlanNested', 'versioned_object.data': { vlan_id: 101 } };
    expect((await run('convert', 'nested.json')).json()).toMatchObject([primitive]);
    expect((await run('backport', 'nested.json', '--target', '1.0')).json()).toMatchObject([primitive]);
    const xml = await run('xml', 'nested.json');
    expect(xml.status).toBe(1);
    expect(xml.stderr).toContain('VIFVlanNested');
    expect(xml.stderr).not.toContain('is declared');
  });

  test('have schemas and fingerprints', async () => {
    write('nova.yaml', 'objects: [./nova.mjs]');
    write(
      'nova.mjs',
      `import { defineObject, string } from 'os-vif';
       for (const name of ['Network', 'Aggregate'])
         defineObject({ name, namespace: 'nova', version: '1.1', fields: { label: string() } });`,
    );
    const run = (...args: string[]) => osVif([...args, '--config', 'nova.yaml']);
    const listed = (await run('schema')).json();
    expect(listed).toEqual(expect.arrayContaining([{ name: 'nova.Network', versions: ['1.0', '1.1'] }]));
    const schema = (await run('schema', 'Aggregate', '1.0', '--form', 'plain')).json();
    expect(schema).toMatchObject({ properties: { type: { const: 'Aggregate' }, label: { type: 'string' } } });
    expect((await run('schema', 'Network')).json()).toMatchObject({ title: 'Network 1.1, primitive form' });
    const fingerprint = expect.stringMatching(/^1\.1-[0-9a-f]{32}$/);
    const fingerprints = (await run('fingerprints')).json();
    expect(fingerprints).toMatchObject({ Network: fingerprint, 'nova.Network': fingerprint, Aggregate: fingerprint });
    expect(Object(fingerprints)['nova.Network']).not.toBe(Object(fingerprints).Network);
  });

  test('may have another prefix on the wire', async () => {
    write('prefix.yaml', 'objects: [./prefix.mjs]');
    write(
      'prefix.mjs',
      `import { defineObject, string } from 'os-vif';
       const declaration = { namespace: 'nova', serialNamespace: 'nova_object', version: '1.1' };
       defineObject({ ...declaration, name: 'MigrateData', fields: { host: { type: string(), since: '1.1' } } });`,
    );
    const input = JSON.stringify({
      'nova_object.name': 'MigrateData',
      'nova_object.namespace': 'nova',
      'nova_object.version': '1.1',
      'nova_object.data': { host: 'compute-1' },
    });
    const run = (...args: string[]) => osVif([...args, '--config', 'prefix.yaml'], { input });
    expect((await run('validate')).json()).toMatchObject({ valid: true, object: 'MigrateData 1.1' });
    expect((await run('show')).json()).toMatchObject({ type: 'MigrateData', host: 'compute-1' });
    expect((await run('backport', '--target', '1.0')).json()).toMatchObject({
      'nova_object.version': '1.0',
      'nova_object.data': {},
    });
  });

  test('are checked by their declaration', async () => {
    const { status, json } = await osVif(['validate', '--config', 'kuryr.yaml'], {
      input: JSON.stringify({ ...nested, vlan_id: 'many' }),
    });
    expect([status, json()]).toMatchObject([1, { violations: [{ path: '/vlan_id' }] }]);
  });

  test('are unknown without the configuration, and the error names the way', async () => {
    const { status, stderr } = await osVif(['show', 'nested.json']);
    expect(status).toBe(1);
    expect(stderr).toContain('name the module that declares it in `objects` of the configuration');
  });

  test.each([
    ['no objects', 'export {};', 'objects: the module ./wrong.mjs declares no object for this copy of os-vif; '],
    ['an error', "throw new Error('no licence');", 'objects: the module ./wrong.mjs cannot be loaded: no licence'],
    [
      'an error in declareObjects()',
      "export function declareObjects() { throw new Error('no licence'); }",
      'objects: declareObjects() of the module ./wrong.mjs failed: no licence',
    ],
  ])('of a module with %s are refused', async (_, source, message) => {
    write('wrong.yaml', 'objects: [./wrong.mjs]');
    write('wrong.mjs', source);
    const { status, stdout, stderr } = await osVif(['show', 'vif.json', '--config', 'wrong.yaml']);
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toContain(`os-vif: ERR_OSVIF_INPUT: wrong.yaml: ${message}`);
  });

  test('of a module that does not exist are refused', async () => {
    write('missing.yaml', 'objects: [./missing.mjs]');
    const { status, stderr } = await osVif(['show', 'vif.json', '--config', 'missing.yaml']);
    const path = join(osVif.folder, 'missing.mjs');
    expect([status, stderr]).toEqual([
      2,
      `os-vif: ERR_OSVIF_INPUT: missing.yaml: objects: the module ./missing.mjs cannot be loaded: there is no ${path}\n`,
    ]);
  });

  test('are read with VIFs from standard input and the configuration from a file, and the other way round', async () => {
    const fromInput = await osVif(['show', '--config', 'kuryr.yaml'], { input: JSON.stringify(nested) });
    expect(fromInput.json()).toEqual(nested);
    const absolute = JSON.stringify({ objects: [join(osVif.folder, 'kuryr.mjs')] });
    const plan = await osVif(['plan', 'nested.json', '--memory', '--config', '-'], { input: absolute });
    expect(plan.stderr).not.toContain('is declared');
  });
});
