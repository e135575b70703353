/** Runs the command as often as the parent asks, one run after another. A start of Node.js takes longer than most runs. */

import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';

const [, , script] = process.argv;
// Node.js opens the streams here, before the resources are counted.
const { stdin, stdout, stderr } = process;
let runs = 0;

process.on('message', async ({ args, cwd, env, input, mark }) => {
  const listeners = listenersOf(process, stdout, stderr);
  const resources = process.getActiveResourcesInfo();
  for (const name of Object.keys(process.env)) delete process.env[name];
  Object.assign(process.env, env);
  process.chdir(cwd);
  process.argv = [process.execPath, script, ...args];
  if (!stdin.isTTY) Object.defineProperty(process, 'stdin', { value: Readable.from([input]), configurable: true });

  runs += 1;
  await import(`${pathToFileURL(script)}?run=${runs}`);
  // A process ends when nothing is left to wait for.
  while (isBusierThan(resources)) await sleep(5, undefined, { ref: false });

  const status = process.exitCode ?? 0;
  process.exitCode = undefined;
  restore(listeners);
  for (const stream of [stdout, stderr]) delete stream.write;
  stdout.write(mark);
  if (!stdout.isTTY) stderr.write(mark);
  process.send(status);
});
process.on('disconnect', () => process.exit());

function isBusierThan(before) {
  const count = (kind, kinds) => kinds.filter((each) => each === kind).length;
  const now = process.getActiveResourcesInfo();
  return now.some((kind) => count(kind, now) > count(kind, before));
}

function listenersOf(...emitters) {
  return emitters.map((emitter) => [
    emitter,
    new Map(emitter.eventNames().map((event) => [event, emitter.rawListeners(event)])),
  ]);
}

function restore(before) {
  for (const [emitter, byEvent] of before) {
    for (const event of new Set([...emitter.eventNames(), ...byEvent.keys()])) {
      const wanted = byEvent.get(event) ?? [];
      const present = emitter.rawListeners(event);
      for (const listener of present) if (!wanted.includes(listener)) emitter.off(event, listener);
      for (const listener of wanted) if (!present.includes(listener)) emitter.on(event, listener);
    }
  }
}
