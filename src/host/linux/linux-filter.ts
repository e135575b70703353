/** Chains in the IPv4 filter table, through iptables-restore: the one thing that the kernel lets nobody do by a simple request. */

import { type ChildProcess, spawn } from 'node:child_process';
import { PermissionError, SystemCallError } from '../../errors/host.ts';
import type { Filter, FilterChain } from '../../wiring/host.ts';
import type { NetworkNamespace } from './network-namespace.ts';

/** Seconds to wait for others who change the tables. */
const WAIT = '5';

/** Where distributions put iptables, which is not on every user's path. */
const ENVIRONMENT = { ...process.env, PATH: `${process.env.PATH ?? '/usr/bin:/bin'}:/usr/sbin:/sbin`, LC_ALL: 'C' };

export class LinuxFilter implements Filter {
  readonly #namespace: NetworkNamespace;

  constructor(namespace: NetworkNamespace) {
    this.#namespace = namespace;
  }

  async get(chain: string): Promise<FilterChain | undefined> {
    const lines = (await this.#run(['iptables-save', '-t', 'filter'])).split('\n');
    if (!lines.some((line) => line.startsWith(`:${chain} `))) return undefined;
    const own = `-A ${chain} `;
    return {
      rules: lines.flatMap((line) => (line.startsWith(own) ? [line.slice(own.length)] : [])),
      jumpedTo: lines.includes(`-A FORWARD -j ${chain}`),
    };
  }

  async set(chain: string, rules: readonly string[]): Promise<void> {
    const found = await this.get(chain);
    // -N fails when the chain is there: of several processes only one adds the jump.
    const start = found === undefined ? `-N ${chain}` : `-F ${chain}`;
    const jump = found?.jumpedTo ? [] : [`-A FORWARD -j ${chain}`];
    await this.#restore([start, ...rules.map((rule) => `-A ${chain} ${rule}`), ...jump]);
  }

  async delete(chain: string): Promise<void> {
    const found = await this.get(chain);
    if (found === undefined) return;
    const jump = found.jumpedTo ? [`-D FORWARD -j ${chain}`] : [];
    await this.#restore([...jump, `-F ${chain}`, `-X ${chain}`]);
  }

  async #restore(lines: readonly string[]): Promise<void> {
    await this.#run(['iptables-restore', '--noflush', '--wait', WAIT], ['*filter', ...lines, 'COMMIT', ''].join('\n'));
  }

  #run([command = '', ...args]: string[], input = ''): Promise<string> {
    // The child is in the namespace in which it was started.
    const child = this.#namespace.run(() => spawn(command, args, { stdio: 'pipe', env: ENVIRONMENT }));
    return finished([command, ...args].join(' '), child, input);
  }
}

function finished(what: string, child: ChildProcess, input: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = '';
    let complaint = '';
    child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr?.on('data', (chunk: Buffer) => (complaint += chunk.toString()));
    child.on('error', (error: NodeJS.ErrnoException) =>
      reject(new SystemCallError(what, error.code ?? '', error.message, 'install the package iptables')),
    );
    child.on('close', (status) =>
      status === 0 ? resolve(output) : reject(refusal(what, status, complaint.trim().replaceAll(/\s*\n\s*/g, '; '))),
    );
    child.stdin?.on('error', () => {});
    child.stdin?.end(input);
  });
}

function refusal(what: string, status: number | null, complaint: string): Error {
  if (/permission denied|must be root|not permitted/i.test(complaint)) {
    return new PermissionError(what, 'EPERM', complaint, 'filter rules need CAP_NET_ADMIN: run this as root');
  }
  return new SystemCallError(what, /already exists/.test(complaint) ? 'EEXIST' : `status ${status}`, complaint);
}
