/** Chains in the IPv4 filter table, through iptables-restore. */

import { requireChainName, requireFilterText } from '../../host-contract/link-values.ts';
import type { Filter, FilterChain } from '../../host-contract/packet-filters.ts';
import { runCommand } from './command.ts';
import type { NetworkNamespace } from './network-namespace.ts';

/** Seconds to wait for others who change the tables. */
const WAIT = '5';

export class LinuxFilter implements Filter {
  readonly #namespace: NetworkNamespace;

  constructor(namespace: NetworkNamespace) {
    this.#namespace = namespace;
  }

  async list(): Promise<string[]> {
    return (await this.#lines()).flatMap((line) => /^:(\S+) /.exec(line)?.[1] ?? []);
  }

  async get(chain: string): Promise<FilterChain | undefined> {
    const lines = await this.#lines();
    if (!lines.some((line) => line.startsWith(`:${chain} `))) return undefined;
    const own = `-A ${chain} `;
    return {
      rules: lines.flatMap((line) => (line.startsWith(own) ? [line.slice(own.length)] : [])),
      jumpedTo: lines.includes(`-A FORWARD -j ${chain}`),
    };
  }

  async set(chain: string, rules: readonly string[]): Promise<void> {
    requireChainName(chain);
    const found = await this.get(chain);
    // -N fails when the chain is there: of several processes only one adds the jump.
    const start = found === undefined ? `-N ${chain}` : `-F ${chain}`;
    const jump = found?.jumpedTo ? [] : [`-A FORWARD -j ${chain}`];
    await this.#restore([start, ...rules.map((rule) => `-A ${chain} ${rule}`), ...jump]);
  }

  async delete(chain: string): Promise<void> {
    requireChainName(chain);
    const found = await this.get(chain);
    if (found === undefined) return;
    const jump = found.jumpedTo ? [`-D FORWARD -j ${chain}`] : [];
    await this.#restore([...jump, `-F ${chain}`, `-X ${chain}`]);
  }

  async #lines(): Promise<string[]> {
    return (await this.#run(['iptables-save', '-t', 'filter'])).split('\n');
  }

  async #restore(lines: readonly string[]): Promise<void> {
    for (const line of lines) requireFilterText(line);
    await this.#run(['iptables-restore', '--noflush', '--wait', WAIT], ['*filter', ...lines, 'COMMIT', ''].join('\n'));
  }

  #run(command: readonly string[], input = ''): Promise<string> {
    return runCommand(this.#namespace, command, { input, debianPackage: 'iptables' });
  }
}
