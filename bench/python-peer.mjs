// A Python program beside the benchmark, which answers each line of JSON with one: Debian's python3-os-vif.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/**
 * @param script its name in this folder
 * @param within what precedes its command where it is to run in another network namespace
 */
export function startPython(script, { args = [], within = [] } = {}) {
  const path = fileURLToPath(new URL(script, import.meta.url));
  const [command, ...rest] = [...within, '/usr/bin/python3', path, ...args];
  const peer = spawn(command, rest, { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: peer.stdout })[Symbol.asyncIterator]();
  return {
    async ask(question) {
      peer.stdin.write(`${JSON.stringify(question)}\n`);
      const { value, done } = await lines.next();
      if (done) throw new Error('the Python peer ended; is python3-os-vif installed?');
      return JSON.parse(value);
    },
    stop: () => peer.kill(),
  };
}
