/** What `NODE_DEBUG=os-vif` writes to standard error. */

import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { RemoteHost } from '../../../src/host/remote/remote-host.ts';
import { OsVif } from '../../../src/os-vif.ts';
import { bundleChild } from '../../children/child.ts';
import { commandUnderTest } from '../../cli/command.ts';
import { startHelper, until } from '../../cli/helper/helper-process.ts';
import { makeNetns, NETNS_UNAVAILABLE } from '../../host/netns.ts';
import { instance, tapVif, VIF_ID } from '../../plugins/vifs.ts';

const osVif = commandUnderTest();
const env = { NODE_DEBUG: 'os-vif' };

describe.skipIf(NETNS_UNAVAILABLE)('NODE_DEBUG=os-vif', () => {
  test('has a line for each operation of a program', async () => {
    const { path } = await makeNetns();
    const child = [process.execPath, await bundleChild('plug-tap.ts')];
    const run = promisify(execFile)('nsenter', [`--net=${path}`, ...child], { env: { ...process.env, ...env } });
    const lines = linesOf((await run).stderr);
    expect(lines.slice(0, 3)).toEqual([
      `netlink vif=${VIF_ID} what="configuration of tap0" changes=true duration=N outcome=ok`,
      `ensure vif=${VIF_ID} element="tap tap0" duration=N outcome=ok`,
      `plug vif=${VIF_ID} plugin=tap duration=N outcome=ok`,
    ]);
    expect(lines.at(-2)).toBe(`unplug vif=${VIF_ID} plugin=tap duration=N outcome=ok`);
  });

  test('has a line for each operation of the command, and the result on standard output stays the same', async () => {
    const netns = await makeNetns();
    const { stdout, stderr } = await osVif(['plug', 'vif.json', '--netns', netns.path], { env });
    expect(linesOf(stderr).at(-1)).toBe(`plug vif=${VIF_ID} plugin=tap duration=N outcome=ok`);
    expect(JSON.parse(stdout)).toMatchObject({ id: VIF_ID });
    const { stderr: quiet } = await osVif(['plug', 'vif.json', '--netns', netns.path]);
    expect(quiet).toBe('');
  });

  test('has the code and the message of an error', async () => {
    const netns = await makeNetns();
    netns.run('ip', 'link', 'add', 'tapdc065497-3c', 'type', 'bridge');
    const { stderr } = await osVif(['plug', 'vif.json', '--netns', netns.path], { env });
    expect(linesOf(stderr)).toContainEqual(
      expect.stringMatching(
        `^ensure vif=${VIF_ID} element="tap tapdc065497-3c" duration=N outcome=failed code=ERR_OSVIF_FOREIGN_LINK error=".+"$`,
      ),
    );
  });

  test('has each operation in one line, without characters that change a terminal', async () => {
    const name = 'tap\n\u001b[31m\u009b\u202e"';
    const vif = { type: 'VIFGeneric', id: VIF_ID, plugin: 'tap', address: '22:52:25:62:e2:aa', vif_name: name };
    writeFileSync(join(osVif.folder, 'hostile.json'), JSON.stringify(vif));
    const { stderr } = await osVif(['unplug', 'hostile.json', '--netns', (await makeNetns()).path], { env });
    const shown = String.raw`"tap tap\n\u001b[31m\u{9b}\u{202e}\""`;
    expect(linesOf(stderr).filter((line) => line.startsWith('remove'))).toEqual([
      expect.stringContaining(`remove vif=${VIF_ID} element=${shown} duration=N`),
    ]);
    expect(stderr).not.toMatch(/(?!\n)[\p{C}\p{Zl}\p{Zp}]/u);
  });

  test('has a line for each request that a helper serves', async () => {
    const helper = await startHelper(osVif, await makeNetns(), [], { env });
    await using host = await RemoteHost.connect({ socket: helper.socket });
    await using plugs = await OsVif.open({ host });
    await plugs.plug(tapVif(), instance());
    const served = () => linesOf(helper.complaint()).filter((line) => !line.startsWith('program'));
    await until(() => served().length > 3);
    expect(served()).toEqual([
      'netlink what="list of source guards" changes=false duration=N outcome=ok',
      'serve verb=sysctl.get duration=N outcome=ok',
      'netlink what="configuration of tapdc065497-3c" changes=true duration=N outcome=ok',
      'serve verb=links.create duration=N outcome=ok',
    ]);
  });
});

/**
 * The lines of operations, without the process id and with N for the duration. Other lines stay as
 * they are.
 */
function linesOf(output: string): string[] {
  const lines = output.split('\n').filter((line) => line !== '');
  return lines.map((line) => line.replace(/^OS-VIF \d+: /, '').replace(/duration=\d+\.\d{3}ms/, 'duration=N'));
}
