/**
 * Uses hosts in worker threads that end by close(), or by terminate(); prints how many files are
 * left open.
 */

import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { InstanceInfo } from '../../src/objects/instance-info.ts';
import { VIFGeneric } from '../../src/objects/vif.ts';
import { OsVif } from '../../src/os-vif.ts';

let last = 0;

if (isMainThread) {
  const [netns = ''] = process.argv.slice(2);
  // The first worker loads what all threads share.
  await run(netns, 'close');
  const before = readdirSync('/proc/self/fd').length;
  for (let i = 0; i < 5; i++) await Promise.all([run(netns, 'close'), run(netns, 'terminate')]);
  console.log(JSON.stringify({ before, after: readdirSync('/proc/self/fd').length }));
} else {
  const { netns, end, id } = workerData;
  const osVif = await OsVif.open({ netns });
  const vif = new VIFGeneric({ id: `00000000-0000-4000-8000-${id}`, plugin: 'tap', vifName: `tap${Number(id)}` });
  await osVif.plug(vif, new InstanceInfo());
  await osVif.unplug(vif, new InstanceInfo());
  if (end === 'close') await osVif.close();
  parentPort?.postMessage('done');
  if (end === 'terminate') setInterval(() => {}, 1000);
}

async function run(netns: string, end: 'close' | 'terminate'): Promise<void> {
  last += 1;
  const data = { netns, end, id: String(last).padStart(12, '0') };
  const worker = new Worker(fileURLToPath(import.meta.url), { workerData: data });
  const ended = new Promise<void>((resolve, reject) => worker.once('exit', () => resolve()).once('error', reject));
  await new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject));
  if (end === 'terminate') await worker.terminate();
  await ended;
}
