/** Whatever a file says, the command prints no control characters and none that turn the text around. */

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { commandUnderTest, type RunOptions } from './command.ts';

const osVif = commandUnderTest();

/** Of each kind: C0, DEL, C1, bidirectional, invisible, tags, separators. */
const HOSTILE = [
  '\u001b[31m',
  '\u001b]0;x\u0007',
  '\u0000',
  '\u0008',
  '\r',
  '\u007f',
  '\u0085',
  '\u009b31m',
  '\u00ad',
  '\u061c',
  '\u200b',
  '\u200f',
  '\u2028',
  '\u2029',
  '\u202e',
  '\u2066',
  '\ufeff',
  '\ufff9',
  '\u{e0041}',
  '\ud800',
];
const UNSAFE = /(?![\n\t])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

const hostileText = fc
  .array(fc.oneof(fc.constantFrom(...HOSTILE), fc.string({ maxLength: 4 })), { minLength: 1, maxLength: 6 })
  .map((parts) => `x${parts.join('')}${HOSTILE.join('')}`);

const VIF = {
  type: 'VIFGeneric',
  id: 'dc065497-3c8d-4f44-8fb4-e1d33c16a536',
  address: '22:52:25:62:e2:aa',
  plugin: 'tap',
};

/** Files that say the text in each place where a file may say any. */
function filesWith(text: string): string {
  const folder = join(osVif.folder, 'hostile');
  mkdirSync(folder, { recursive: true });
  const write = (name: string, value: unknown): void => writeFileSync(join(folder, name), JSON.stringify(value));
  const network = { type: 'Network', id: 'b82c1929-051e-481d-8110-4669916c7915', bridge: text, label: text };
  write('vif.json', { ...VIF, vif_name: text, network });
  write('bridge.json', {
    ...VIF,
    type: 'VIFBridge',
    plugin: 'linux_bridge',
    vif_name: 'tap0',
    bridge_name: text,
    network,
  });
  write('plugin.json', { ...VIF, plugin: text });
  write('keys.json', { ...VIF, [text]: text });
  write('type.json', { type: text });
  write('config.json', { plugins: { [text]: {} }, [text]: text });
  write('port.json', {
    id: text,
    network_id: text,
    mac_address: text,
    'binding:vif_type': text,
    'binding:vif_details': {},
  });
  write('fingerprints.json', { [text]: text });
  writeFileSync(join(folder, 'text.json'), `{"a": "${text}`);
  writeFileSync(join(folder, 'text.yaml'), `a: "\\q${text}`);
  return folder;
}

const CALLS: readonly (readonly string[])[] = [
  ['show', 'vif.json'],
  ['show', 'vif.json', '--json'],
  ['show', 'text.json', '--debug'],
  ['show', 'text.yaml', '--debug'],
  ['show', 'type.json', '--debug'],
  ['validate', 'keys.json', 'type.json', 'port.json', '--debug'],
  ['validate', 'keys.json', '--json'],
  ['convert', 'vif.json', '--to', 'plain'],
  ['convert', 'port.json', '--from', 'neutron', '--debug'],
  ['backport', 'vif.json', '--target', '1.0'],
  ['xml', 'vif.json'],
  ['xml', 'bridge.json', '--debug'],
  ['graph', 'bridge.json', '--memory'],
  ['graph', 'bridge.json', '--memory', '--format', 'mermaid'],
  ['graph', 'bridge.json', '--memory', '--format', 'dot'],
  ['graph', 'bridge.json', '--memory', '--format', 'svg'],
  ['graph', 'bridge.json', '--memory', '--json'],
  ['plan', 'bridge.json', '--memory'],
  ['plug', 'bridge.json', '--memory', '--debug'],
  ['plug', 'plugin.json', '--memory', '--debug'],
  ['check', 'plugin.json', '--memory'],
  ['unplug', 'plugin.json', '--memory'],
  ['gc', 'keys.json', '--memory', '--debug'],
  ['host-info', '--config', 'config.json', '--debug'],
  ['fingerprints', '--expect', 'fingerprints.json'],
];

/** Arguments that hold the text; NUL and lone surrogates can't be in an argument. */
const ARGUMENT_CALLS: readonly ((text: string) => readonly string[])[] = [
  (text) => [text],
  (text) => ['help', text],
  (text) => ['show', text, '--debug'],
  (text) => ['show', `--${text}`],
  (text) => ['schema', text, '--debug'],
  (text) => ['graph', '--format', text],
  (text) => ['completion', text],
  (text) => ['doctor', '--need', text],
  (text) => ['complete', '--', 'plug', text],
];

async function expectSafe(args: readonly string[], options: RunOptions): Promise<void> {
  const { stdout, stderr } = await osVif(args, {
    cwd: join(osVif.folder, 'hostile'),
    env: { NO_COLOR: '1' },
    ...options,
  });
  const all = stdout + stderr;
  expect({ args, unsafe: UNSAFE.exec(all)?.[0] ?? '', all: UNSAFE.test(all) ? all : '' }).toEqual({
    args,
    unsafe: '',
    all: '',
  });
}

test.each([
  ['a terminal', { terminal: true }, HOSTILE.join('')],
  ['a pipe', {}, fc.sample(hostileText, 1).join('')],
])(
  'no verb prints unsafe characters of a file on %s',
  async (_, options, text) => {
    filesWith(text);
    for (const call of CALLS) await expectSafe(call, options);
  },
  120_000,
);

test.each([
  ['a terminal', { terminal: true }],
  ['a pipe', {}],
])(
  'no verb prints unsafe characters of its arguments on %s',
  async (_, options) => {
    filesWith('x');
    const text = HOSTILE.filter((part) => part !== '\u0000' && part !== '\ud800').join('');
    for (const call of ARGUMENT_CALLS) await expectSafe(call(text), options);
  },
  120_000,
);

test('JSON has the same value, with its unsafe characters escaped', async () => {
  const folder = filesWith(HOSTILE.filter((part) => part !== '\ud800').join(''));

  const run = await osVif(['show', join(folder, 'vif.json'), '--json']);

  expect(run.json()).toMatchObject({ vif_name: HOSTILE.filter((part) => part !== '\ud800').join('') });
  expect(run.stdout).toContain('\\u202e');
});

test('a terminal still has the colours of the command', async () => {
  filesWith('x');

  const { stdout } = await osVif(['show', 'vif.json'], { terminal: true });

  expect(stdout).toContain('\u001b[1mVIFGeneric');
});

/** Code that runs in the process of the command. */
const FAULTS = {
  'a warning': (text: string) => `process.emitWarning(${text}, ${text})`,
  'an error that nobody catches': (text: string) => `throw new Error(${text})`,
  'a rejection that nobody catches': (text: string) => `Promise.reject(new Error(${text}))`,
  'a thrown text': (text: string) => `throw ${text}`,
};

test.each(Object.entries(FAULTS))('%s is told without its unsafe characters', async (_, code) => {
  const folder = filesWith('x');
  const fault = code(JSON.stringify(HOSTILE.join('')));
  // The command listens to this event when it begins.
  const module = `process.on('newListener', (event) => event === 'uncaughtException' && process.nextTick(() => { ${fault} }));`;
  writeFileSync(join(folder, 'fault.mjs'), module);
  const env = { NODE_OPTIONS: `--import ${join(folder, 'fault.mjs')}` };

  const { stderr } = await osVif(['show', 'vif.json'], { cwd: folder, env });

  expect(stderr).toContain('os-vif:');
  expect(stderr).toMatch(/\\u(202e|\{202e\})/);
  expect(stderr).not.toMatch(UNSAFE);
});
