/** Runs the programs of the machine that the harness needs. */
import { spawn } from 'node:child_process';

/** The tools of the administrator may not be in the PATH of the user. */
const PATH = `${process.env.PATH}:/usr/sbin:/sbin`;
/** Some output of a program that failed is enough to see why. */
const LONGEST_OUTPUT = 4000;

/**
 * Runs a program and resolves to its standard output, a string, or a Buffer with `encoding: 'buffer'`.
 * Rejects when the program is missing or fails, and when `signal` aborts: the program is killed then.
 */
export function run(command, args, { signal, cwd, env, input, encoding = 'utf8' } = {}) {
  return new Promise((resolve, reject) => {
    const stdio = [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'];
    const child = spawn(command, args, {
      signal,
      cwd,
      env: { ...process.env, PATH, ...env },
      stdio,
      killSignal: 'SIGKILL',
    });
    const [out, err] = [[], []];
    child.stdout.on('data', (chunk) => out.push(chunk));
    child.stderr.on('data', (chunk) => err.push(chunk));
    child.stdin?.end(input);
    child.once('error', (error) => reject(error.name === 'AbortError' ? error : notStarted(command, error)));
    child.once('close', (status) => {
      const output = Buffer.concat(out);
      if (status === 0) resolve(encoding === 'buffer' ? output : output.toString('utf8'));
      else reject(failed(command, args, status, Buffer.concat([...out, ...err]).toString('utf8')));
    });
  });
}

function notStarted(command, { code }) {
  return new Error(`${command} could not be started (${code}): install the Debian package that brings it`);
}

function failed(command, args, status, output) {
  return new Error(`${command} ${args.join(' ')} ended with status ${status}: ${output.trim().slice(-LONGEST_OUTPUT)}`);
}
