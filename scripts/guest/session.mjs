/** Runs groups on kernels, one guest after the other, and prints the progress and a table at the end. */
import { setMaxListeners } from 'node:events';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleTests } from './bundle.mjs';
import { CACHE } from './cache.mjs';
import { GROUPS, LIMIT } from './groups.mjs';
import { KERNELS, prepareKernel } from './kernels.mjs';
import { prepareModules } from './modules.mjs';
import { QEMU } from './qemu.mjs';
import { summary } from './results.mjs';
import { runGuest } from './vm.mjs';

/**
 * `selection`: `{ group, kernel }` by name. Resolves to a result for each, in the same order: `{ group, kernel, release, seconds, steps,
 * fault }`. Without a fault, all tests passed. `onResult` gets each as soon as it is there. SIGINT and SIGTERM end QEMU and this process.
 */
export async function runSession(
  selection,
  { groups = GROUPS, kernels = KERNELS, pattern, showConsole, onResult, say = printer() } = {},
) {
  const interruption = interruptible();
  const folder = await mkdtemp(join(tmpdir(), 'os-vif-guest-'));
  const context = { cache: CACHE, signal: interruption.signal, say };
  const results = [];
  try {
    await mkdir(CACHE, { recursive: true });
    for (const { group, kernel } of selection) {
      const place = await mkdtemp(join(folder, `${group}-`));
      const subject = {
        group: { name: group, ...groups.get(group) },
        kernel: { name: kernel, ...kernels.get(kernel) },
      };
      const result = await runGroup(subject, { place, pattern, context });
      if (showConsole) say(await readFile(join(place, 'console'), 'utf8').catch(() => 'no console'));
      if (result.fault !== undefined) say(`FAULT ${group} on ${kernel}: ${result.fault}`);
      results.push(result);
      await onResult?.(result);
    }
  } catch (error) {
    if (!interruption.signal.aborted) throw error;
    say(`interrupted by ${interruption.signal.reason}`);
  } finally {
    interruption.end();
    await rm(folder, { recursive: true, force: true });
  }
  if (interruption.signal.aborted) process.exit(interruption.status());
  say(summary(results));
  return results;
}

async function runGroup({ group, kernel: wanted }, { place, pattern, context }) {
  const start = performance.now();
  const steps = [];
  const result = { group: group.name, kernel: wanted.name, steps };
  const say = (text) => context.say(`${group.name} on ${wanted.name}: ${text}`);
  try {
    const prepared = { ...context, say };
    const kernel = await prepareKernel(wanted, prepared);
    result.release = kernel.release;
    const qemu = await QEMU.get(group.qemu ?? 'machine')(prepared);
    const insmod = await prepareModules(group.outOfTree ?? [], kernel, prepared);
    const tests = join(place, 'tests.mjs');
    await bundleTests(tests, { group: group.name, folder: group.folder, pattern });
    say(`booting ${kernel.release}`);
    const { fault } = await runGuest({
      ...{ qemu, kernel, tests, group: { ...group, insmod }, folder: place, limit: group.limit ?? LIMIT },
      signal: context.signal,
      onEvent: (event) => take(event, steps, say),
    });
    result.fault = fault;
  } catch (error) {
    context.signal.throwIfAborted();
    result.fault = error.message;
  }
  result.seconds = Math.round((performance.now() - start) / 1000);
  return result;
}

const MARKS = { pass: 'ok  ', fail: 'FAIL', skip: 'skip' };

function take(event, steps, say) {
  if (event.event === 'booted') say(`booted ${event.release}`);
  if (event.event === 'kernel') say(`the kernel says: ${event.line}`);
  if (event.event !== 'test') return;
  steps.push(event);
  const expected = event.fails ? ' (fails, as expected)' : '';
  say(`${MARKS[event.state] ?? event.state} ${event.name}${event.state === 'pass' ? expected : ''} (${event.ms} ms)`);
  if (event.state === 'fail') say(event.error ?? 'no reason was told');
}

function printer() {
  const start = performance.now();
  return (text) => console.log(`${String(Math.round((performance.now() - start) / 1000)).padStart(4)} s  ${text}`);
}

/** A signal that SIGINT and SIGTERM abort. */
function interruptible() {
  const controller = new AbortController();
  // Several programs run at once.
  setMaxListeners(0, controller.signal);
  const numbers = { SIGINT: 2, SIGTERM: 15, SIGHUP: 1 };
  const listeners = Object.keys(numbers).map((name) => [name, () => controller.abort(name)]);
  for (const [name, listener] of listeners) process.on(name, listener);
  return {
    signal: controller.signal,
    status: () => 128 + numbers[controller.signal.reason],
    end: () => {
      for (const [name, listener] of listeners) process.off(name, listener);
    },
  };
}
