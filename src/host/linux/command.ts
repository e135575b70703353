/** Runs programs that change the packet filters of the kernel, in a network namespace. */

import type { ChildProcess } from 'node:child_process';
import { MissingCommandError } from '../../errors/host.ts';
import { PermissionError, SystemCallError } from '../../errors/kernel.ts';
import { traced } from '../../host-contract/diagnostics/traced.ts';
import { openFilesErrorOf } from '../open-files.ts';
import { childEnvironment } from './child-environment.ts';
import type { NetworkNamespace } from './network-namespace.ts';

export interface CommandOptions {
  /** The name of the command in error messages. Default: the command line. */
  readonly what?: string;
  /** Standard input of the command. Default: empty. */
  readonly input?: string;
  /** The Debian package that contains the command. */
  readonly debianPackage: string;
}

/** Messages of strerror(3), with the names of the errors. */
const ERRNOS: ReadonlyMap<RegExp, string> = new Map([
  [/already exists|File exists/, 'EEXIST'],
  [/Device or resource busy/, 'EBUSY'],
  [/No such file or directory/, 'ENOENT'],
  [/(Protocol|Operation) not supported/, 'EOPNOTSUPP'],
]);

/**
 * Runs a command in a network namespace and resolves to its standard output. The command gets a fixed PATH,
 * the working directory `/`, and only the variable `XTABLES_LOCKFILE` of this process.
 *
 * @throws MissingCommandError if the command is not installed
 * @throws PermissionError if this process lacks the privilege
 * @throws SystemCallError if the command fails for another reason. The error has the text that the command
 *   printed
 */
export function runCommand(
  namespace: NetworkNamespace,
  [command = '', ...args]: readonly string[],
  options: CommandOptions,
): Promise<string> {
  return traced('os-vif:program', { program: command }, () => run(namespace, [command, ...args], options));
}

function run(
  namespace: NetworkNamespace,
  [command, ...args]: readonly [string, ...string[]],
  { what = [command, ...args].join(' '), input = '', debianPackage }: CommandOptions,
): Promise<string> {
  // node:child_process is loaded with the first program, because its import takes milliseconds.
  const { spawn } = process.getBuiltinModule('node:child_process');
  // The child stays in the namespace in which it starts.
  const child = namespace.run(() => spawn(command, args, { stdio: 'pipe', cwd: '/', env: childEnvironment() }));
  return new Promise((resolve, reject) => {
    child.on('error', (error: NodeJS.ErrnoException) =>
      reject(
        error.code === 'ENOENT'
          ? new MissingCommandError(command, debianPackage)
          : (openFilesErrorOf(what, error) ?? new SystemCallError(what, error.code ?? '', error.message)),
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
  // Errors that follow the first error are often its consequences.
  const found = [...ERRNOS].map(([words, name]) => ({ name, at: text.search(words) })).filter(({ at }) => at >= 0);
  const errno = found.sort((a, b) => a.at - b.at)[0]?.name ?? `status ${status}`;
  return new SystemCallError(what, errno, text);
}
