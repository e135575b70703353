/** Runs the programs that change the kernel's packet filters, in a network namespace. */

import { type ChildProcess, spawn } from 'node:child_process';
import { MissingCommandError, PermissionError, SystemCallError } from '../../errors/host.ts';
import type { NetworkNamespace } from './network-namespace.ts';

export interface CommandOptions {
  /** How messages name it. Default: the command line. */
  readonly what?: string;
  /** What it reads from standard input. */
  readonly input?: string;
  /** The Debian package that brings it. */
  readonly debianPackage: string;
}

/** Where distributions put these programs is not on every user's path. */
const ENVIRONMENT = { ...process.env, PATH: `${process.env.PATH ?? '/usr/bin:/bin'}:/usr/sbin:/sbin`, LC_ALL: 'C' };

/** The kernel's words, as strerror(3) has them, and the name of the error. */
const ERRNOS: ReadonlyMap<RegExp, string> = new Map([
  [/already exists|File exists/, 'EEXIST'],
  [/Device or resource busy/, 'EBUSY'],
  [/No such file or directory/, 'ENOENT'],
  [/(Protocol|Operation) not supported/, 'EOPNOTSUPP'],
]);

/**
 * Resolves to what it printed.
 * @throws MissingCommandError when it is not installed
 * @throws PermissionError when this process may not
 * @throws SystemCallError for whatever else it refuses, in its own words
 */
export function runCommand(
  namespace: NetworkNamespace,
  [command = '', ...args]: readonly string[],
  { what = [command, ...args].join(' '), input = '', debianPackage }: CommandOptions,
): Promise<string> {
  // The child is in the namespace in which it was started.
  const child = namespace.run(() => spawn(command, args, { stdio: 'pipe', env: ENVIRONMENT }));
  return new Promise((resolve, reject) => {
    child.on('error', (error: NodeJS.ErrnoException) =>
      reject(
        error.code === 'ENOENT'
          ? new MissingCommandError(command, debianPackage)
          : new SystemCallError(what, error.code ?? '', error.message),
      ),
    );
    collect(child, input, (status, output, complaint) =>
      status === 0 ? resolve(output) : reject(refusal(what, status, complaint)),
    );
  });
}

function collect(
  child: ChildProcess,
  input: string,
  onClose: (status: number | null, output: string, complaint: string) => void,
): void {
  const [output, complaint]: [Buffer[], Buffer[]] = [[], []];
  child.stdout?.on('data', (chunk: Buffer) => output.push(chunk));
  child.stderr?.on('data', (chunk: Buffer) => complaint.push(chunk));
  child.on('close', (status) => onClose(status, textOf(output), textOf(complaint)));
  child.stdin?.on('error', () => {});
  child.stdin?.end(input);
}

function textOf(chunks: readonly Buffer[]): string {
  return Buffer.concat(chunks).toString();
}

function refusal(what: string, status: number | null, complaint: string): Error {
  const text = complaint.trim().replaceAll(/\s*\n\s*/g, '; ');
  if (/permission denied|must be root|not permitted/i.test(text)) {
    return new PermissionError(what, 'EPERM', text, 'filter rules need CAP_NET_ADMIN: run this as root');
  }
  const [, errno = `status ${status}`] = [...ERRNOS].find(([words]) => words.test(text)) ?? [];
  return new SystemCallError(what, errno, text);
}
