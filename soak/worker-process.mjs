// A worker as the coordinator sees it: a child process that can be asked, and killed.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const SCRIPT = fileURLToPath(new URL('worker.mjs', import.meta.url));

export async function startWorker(connection, sabotage) {
  const child = fork(SCRIPT, [connection, sabotage ? 'sabotage' : ''], { execArgv: ['--expose-gc'] });
  const waiting = new Map();
  const ended = once(child, 'exit');
  let ids = 0;
  await once(child, 'message');
  child.on('message', ({ id, ...answer }) => {
    waiting.get(id)?.(answer);
    waiting.delete(id);
  });
  child.on('exit', (code, signal) => {
    for (const answer of waiting.values()) answer({ killed: signal ?? `exit ${code}` });
    waiting.clear();
  });
  return {
    /** Gives `{ result }`, `{ error }`, or `{ killed }` when the process ended first. */
    ask(verb, given = {}) {
      ids += 1;
      const id = ids;
      return new Promise((resolve) => {
        waiting.set(id, resolve);
        child.send({ id, verb, ...given }, (error) => error && resolve({ killed: error.message }));
      });
    },
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
