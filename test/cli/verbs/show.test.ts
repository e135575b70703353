import { expect, test } from 'vitest';
import { commandUnderTest } from '../command.ts';

const osVif = commandUnderTest();

test('a terminal shows every field that is set, those of objects within by their path', async () => {
  const { status, stdout } = await osVif(['show', 'vif.json'], { terminal: true, env: { NO_COLOR: '1' } });
  expect(status).toBe(0);
  expect(stdout).toMatch(/^VIFGeneric 1\.0\n/);
  expect(stdout).toMatch(/^network\.mtu +1450$/m);
  expect(stdout).toMatch(/^port_profile\.mac_address +00:61:fe:ed:ca:fe$/m);
});

test('elsewhere it is the plain form, an array for several', async () => {
  const { json } = await osVif(['show', 'vifs.yaml', 'network.json']);
  expect(json()).toMatchObject([
    { type: 'VIFGeneric' },
    { type: 'VIFBridge', vif_name: 'tap6a4f1c5e-90' },
    { type: 'Network' },
  ]);
});

test('several documents in one YAML file are a list', async () => {
  const { json } = await osVif(['show'], {
    input: '{ type: Network, mtu: 1450 }\n---\n{ type: Network, mtu: 9000 }\n',
  });
  expect(json()).toMatchObject([{ mtu: 1450 }, { mtu: 9000 }]);
});

test('a YAML file that would grow beyond all bounds is refused', async () => {
  const bomb = [
    'a: &a [x,x,x,x,x,x,x,x,x]',
    ...'bcdefghi'.split('').map((c, i) => `${c}: &${c} [${`*${'abcdefgh'[i]},`.repeat(9)}]`),
  ];
  const { status, stderr } = await osVif(['show'], { input: bomb.join('\n') });
  expect([status, stderr]).toEqual([
    2,
    expect.stringContaining('The aliases make the document more than 10 times as long as the file'),
  ]);
});

test.each([
  [
    'a file that is not there',
    ['show', 'nowhere.json'],
    '',
    2,
    'ERR_OSVIF_INPUT: nowhere.json: the file does not exist',
  ],
  ['a folder', ['show', '.'], '', 2, 'is a folder'],
  ['nothing', ['show'], '', 2, 'standard input: expected JSON or YAML, found nothing'],
  ['neither JSON nor YAML', ['show'], '{"type": "VIF', 2, 'standard input: neither JSON nor YAML'],
  ['a text', ['show'], 'hello', 1, 'standard input: expected'],
  ['an object without a type', ['show'], '{"name": "a"}', 1, '`versioned_object.name` in the wire form or `type`'],
  ['a type that is misspelt', ['show'], '{"type": "VIFBrigde"}', 1, 'VIFBridge'],
  [
    'a key that is misspelt',
    ['show'],
    '{"type": "VIFBridge", "brdige_name": "br0"}',
    1,
    'ERR_OSVIF_UNKNOWN_FIELD: standard input: ',
  ],
  ['an unknown option', ['show', '--jsno'], '', 2, "unknown option '--jsno'"],
])('%s is refused in a line that says what', async (_, args, input, status, text) => {
  const run = await osVif(args, { input });
  expect(run.status).toBe(status);
  expect(run.stdout).toMatch(status === 1 ? /^\{\n {2}"where": "standard input",\n {2}"error": / : /^$/);
  expect(run.stderr).toMatch(/^os-vif: .*\n/);
  expect(run.stderr).toContain(text);
  expect(run.stderr).not.toContain('    at ');
});

test('with --debug an error comes with its stack', async () => {
  const { stderr } = await osVif(['show', 'nowhere.json', '--debug']);
  expect(stderr).toContain('    at ');
  expect(stderr).toContain('ENOENT');
});

test('a terminal without a file is told what to do', async () => {
  const { status, stdout } = await osVif(['show'], { terminal: true, env: { NO_COLOR: '1' } });
  expect([status, stdout]).toEqual([
    2,
    'os-vif: ERR_OSVIF_USAGE: no input: name a file, or pipe data to standard input; see --help\n',
  ]);
});
