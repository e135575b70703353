/** Documents whose form is unknown: the message tells which part, or which other document, can be read. */
import { describe, expect, test } from 'vitest';
import { VIFGeneric } from '../../../src/objects/vif.ts';
import { port } from '../../neutron/ports.ts';
import { commandUnderTest } from '../command.ts';

const osVif = commandUnderTest();

const PRIMITIVE = new VIFGeneric({ vifName: 'tap0' }).toPrimitive();

describe.each([
  [
    'a notification of Neutron',
    { event_type: 'port.create.end', payload: { port: port() } },
    'readable data in payload:',
  ],
  [
    'a KuryrPort',
    { kind: 'KuryrPort', status: { vifs: { eth0: { default: true, vif: PRIMITIVE } } } },
    'readable data in status.vifs.eth0.vif:',
  ],
  ['a list within a document', { items: [{ id: 1 }, { vifs: [PRIMITIVE] }] }, 'readable data in items[1].vifs[0]:'],
  [
    'interface attachments of nova',
    { interfaceAttachments: [{ port_id: 'dc065497', mac_addr: 'fa:16:3e:4a:5b:6c' }] },
    'interface attachments of nova have no binding: read the port',
  ],
  [
    'a row of `openstack port list`',
    [{ ID: 'dc065497', Name: '', 'MAC Address': 'fa:16:3e:4a:5b:6c', 'Fixed IP Addresses': [] }],
    '`openstack port list` shows no binding: read the output of `openstack port show -f json',
  ],
  [
    'an object of nova',
    { 'nova_object.name': 'LibvirtLiveMigrateData', 'nova_object.version': '1.10', 'nova_object.data': {} },
    'no class has the serial namespace nova_object: declare it in a module',
  ],
])('%s', (_, document, advice) => {
  const input = JSON.stringify(document);

  test('validate says what to read', async () => {
    const { status, stdout } = await osVif(['validate'], { input });
    expect(status).toBe(1);
    expect(stdout).toContain(advice.replaceAll('"', '\\"'));
  });

  test.each(['show', 'xml'])('%s says what to read', async (verb) => {
    const { status, stderr } = await osVif([verb], { input });
    expect(status).toBe(1);
    expect(stderr).toContain(advice);
  });
});

test('a document without anything readable has no such advice', async () => {
  const { status, stderr } = await osVif(['show'], { input: '{"a": {"b": [1, {"c": null}]}}' });
  expect(status).toBe(1);
  expect(stderr).toMatch(/ in the plain form, found an object\n$/);
});

describe.each([
  ['is no JSON', '[{"id": '],
  ['is no array', '{"id": 1}'],
  ['has too many levels', `${'['.repeat(30_000)}${']'.repeat(30_000)}`],
])('a cache whose text %s', (_, text) => {
  const input = JSON.stringify([{ network_info: text }, PRIMITIVE]);
  const reason =
    /standard input\[0\]\.network_info: expected an array of entries, or its JSON text with at most 100 levels, found /;

  test.each(['show', 'convert --from nova', 'xml', 'graph', 'backport --target 1.0', 'plan'])(
    '%s names it',
    async (verb) => {
      const { status, stderr } = await osVif(verb.split(' '), { input });
      expect(status).toBe(1);
      expect(stderr).toMatch(reason);
    },
  );

  test('show prints the other documents', async () => {
    expect((await osVif(['show'], { input })).stdout).toContain('tap0');
  });

  test('validate tells it as an answer', async () => {
    const { status, stdout } = await osVif(['validate'], { input });
    expect(status).toBe(1);
    expect(stdout).toMatch(/expected an array of entries, or its JSON text with at most 100 levels, found /);
  });
});

test('the search in a document with 300,000 values ends', async () => {
  const list = Array.from({ length: 300_000 }, () => 0);
  const { status, stderr } = await osVif(['show'], { input: JSON.stringify({ list }) });
  expect(status).toBe(1);
  expect(stderr).toMatch(/ in the plain form, found an object\n$/);
});
