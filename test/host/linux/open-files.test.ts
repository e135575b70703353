/** A process without free file descriptors: each error says so, and the next call works again. */

import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
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
