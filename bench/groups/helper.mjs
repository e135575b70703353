// Through a helper: the same calls as in process, and beside a forwarder that checks nothing.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { LinuxHost, OsVif, RemoteHost } from 'os-vif/host';
import { forwardedHost } from '../bare-forwarder.mjs';
import { inTurn, row, secondsUntil } from '../measure.mjs';
import { instance, tap } from '../vifs.mjs';

const ROUNDS = 15;
const COUNT = 100;

const folder = mkdtempSync(join(tmpdir(), 'os-vif-bench-'));
const socket = join(folder, 'helper.sock');
const cli = fileURLToPath(new URL('../../dist/entries/cli.js', import.meta.url));
const helper = spawn(process.execPath, [cli, 'helper', '--socket', socket], { stdio: 'inherit' });
const bareSocket = join(folder, 'bare.sock');
const forwarder = fileURLToPath(new URL('../bare-forwarder.mjs', import.meta.url));
const bareProcess = spawn(process.execPath, [forwarder, bareSocket], { stdio: 'inherit' });
while (!existsSync(socket) || !existsSync(bareSocket)) await sleep(10);
const local = await OsVif.open({ host: await LinuxHost.open(), closeHost: true });
const remote = await OsVif.open({ host: await RemoteHost.connect({ socket }), closeHost: true });
const bare = await OsVif.open({ host: forwardedHost(bareSocket), closeHost: true });
const vifs = Array.from({ length: COUNT }, (_, i) => tap(i + 1));

const each = (call) =>
  secondsUntil(async () => {
    for (const vif of vifs) await call(vif);
  });
const unplugAll = () => local.unplugAll(vifs.map((vif) => ({ vif, instance })));
const plugs = (osVif) => async () => {
  const seconds = await each((vif) => osVif.plug(vif, instance));
  await unplugAll();
  return seconds / COUNT;
};
const checks = (osVif) => async () => (await each((vif) => osVif.check(vif, instance))) / COUNT;

const plugTimes = await inTurn(ROUNDS, { remote: plugs(remote), bare: plugs(bare), local: plugs(local) });
await local.plugAll(vifs.map((vif) => ({ vif, instance })));
const checkTimes = await inTurn(ROUNDS, { remote: checks(remote), bare: checks(bare), local: checks(local) });
const attachments = vifs.map((vif) => ({ vif, instance }));
const all = (osVif) => () => secondsUntil(() => osVif.checkAll(attachments));
const allTimes = await inTurn(ROUNDS, { remote: all(remote), bare: all(bare), local: all(local) });
await unplugAll();
await Promise.all([local.close(), remote.close(), bare.close()]);
helper.kill();
bareProcess.kill();
rmSync(folder, { recursive: true });

const named = (name, { remote: ours, bare: forwarded, local: theirs }, goal) => [
  row({ name, ours, theirs, beside: 'in process', as: 'times the time of', best: true, goal: { atMost: goal } }),
  row({ name, ours, theirs: forwarded, beside: 'a bare forwarder', as: 'times the time of', best: true }),
  row({
    name: `${name}, bare forwarder`,
    ours: forwarded,
    theirs,
    beside: 'in process',
    as: 'times the time of',
    best: true,
  }),
];
const rows = [
  ...named('plug of a TAP', plugTimes, 1.5),
  ...named('check of a TAP', checkTimes, 1.5),
  ...named(`checkAll of ${COUNT} TAPs`, allTimes, 1.4),
];
process.send(rows, () => process.disconnect());
