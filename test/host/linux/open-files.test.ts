/** A process without free file descriptors: each error says so, and the next call works again. */

import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, inject, onTestFinished, test } from 'vitest';
import { bundleChild } from '../../children/child.ts';
import { makeNetns, NETNS_UNAVAILABLE } from '../netns.ts';

const run = promisify(execFile);

test.skipIf(NETNS_UNAVAILABLE)(
  'whatever is opened, the error tells of the limit of open files, and nothing is left',
  { timeout: 60_000 },
  async () => {
    const netns = await makeNetns();
    const script = await bundleChild('without-files.ts');
    // The folder exists, because a missing folder is another error.
    const folder = await mkdtemp(join(tmpdir(), 'os-vif-open-files-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const args = [script, netns.path, join(folder, 'helper.sock'), `unix:${join(folder, 'db.sock')}`];
    const { stdout } = await run('sh', ['-c', 'ulimit -n 100; exec "$@"', 'sh', process.execPath, ...args]);
    const { errors, changed } = JSON.parse(stdout);
    expect(Object.keys(errors)).toHaveLength(15);
    for (const [call, chain] of Object.entries<string[]>(errors)) {
      expect(chain[0], call).toMatch(/^ERR_OSVIF_/);
      expect(chain.join('\n'), call).toMatch(/^ERR_OSVIF_OPEN_FILES: .*too many open files \(EMFILE\); .*ulimit -n/m);
      expect(chain[0], call).toContain('too many open files (EMFILE)');
    }
    expect(changed).toBe(true);
    expect(netns.links()).toEqual([]);
  },
);

test.skipIf(NETNS_UNAVAILABLE).each([
  ['LinuxHost.open', 'LinuxHost.open().then((host) => host.close())', 'done'],
  ['RemoteHost.connect', "RemoteHost.connect({ socket: '/nowhere' })", 'ERR_OSVIF_HELPER_CONNECTION'],
  [
    'serveHelper',
    "serveHelper({ host: new MemoryHost(), clients: { socket: '/nowhere/s' } })",
    'ERR_OSVIF_HELPER_CONNECTION',
  ],
  ['probeReflectiveRelay', "probeReflectiveRelay(new MemoryHost(), 'eth0')", 'ERR_OSVIF_MISSING_LINK'],
])('%s of the package, which loads more code, works after files are free again', async (_, call, answer) => {
  const netns = await makeNetns();
  const program = `
    import { closeSync, openSync } from 'node:fs';
    import { LinuxHost, MemoryHost, RemoteHost, probeReflectiveRelay, serveHelper } from 'os-vif/host';
    const attempt = async () => {
      try {
        await ${call};
        return 'done';
      } catch (error) {
        return error.code;
      }
    };
    const opened = [];
    try {
      for (;;) opened.push(openSync('/dev/null', 'r'));
    } catch {}
    const first = await attempt();
    for (const fd of opened) closeSync(fd);
    process.stdout.write(first + ' ' + await attempt());`;
  const output = netns.run(
    'sh',
    '-c',
    'ulimit -n 100; cd "$1"; exec "$2" --input-type=module -e "$3"',
    'sh',
    inject('package'),
    process.execPath,
    program,
  );
  expect(output).toBe(`ERR_OSVIF_OPEN_FILES ${answer}`);
});
