/** `os-vif helper`: changes this host for processes without privileges. */

import { resolve } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import type { PolicyOptions } from '../../host/remote/policy.ts';
import { addVerb, type CommonOptions } from '../verb.ts';

interface HelperVerbOptions extends CommonOptions {
  readonly socket?: string;
  readonly stdio?: boolean;
  readonly mode?: number;
  readonly group?: string;
  readonly user?: string;
  readonly netns?: string;
  readonly device: readonly string[];
  readonly name: readonly string[];
  readonly filterTarget: readonly string[];
  readonly passthruMac?: boolean;
  readonly plugin: readonly string[];
  readonly linkKind: readonly string[];
  readonly confined?: boolean;
}

/** Adds the verb `helper` to the command. */
export function addHelper(program: Command): void {
  addVerb(program, {
    name: 'helper',
    summary: 'change this host for processes without privileges (RemoteHost)',
    more: [
      'Keeps CAP_NET_ADMIN and drops all other privileges. Changes only devices that os-vif created, and devices of --device.',
      'Without --socket and --stdio it uses the socket from systemd (LISTEN_FDS). Runs until SIGINT or SIGTERM.',
    ],
    printsData: false,
    examples: ['helper --socket /run/os-vif/helper.sock --group network --mode 0660 --device eth1'],
  })
    .option('--socket <path>', 'socket to listen on')
    .option('--stdio', 'serve the parent process over standard input and output')
    .option('--mode <octal>', "the socket's mode (default: 0600)", octal)
    .option('--group <name>', 'group of the helper and of the socket')
    .option('--user <name>', 'user of the helper (default: the current user)')
    .option('--netns <name>', 'network namespace: a name of `ip netns`, or a path')
    .option('--device <name>', 'a device of another owner that clients may use; repeatable', collect, [])
    .option(
      '--name <pattern>',
      'a pattern of names for new devices, such as tap*; repeatable (default: all)',
      collect,
      [],
    )
    .option(
      '--filter-target <name>',
      'an allowed target of iptables besides ACCEPT, DROP, REJECT, RETURN; repeatable',
      target,
      [],
    )
    .option('--passthru-mac', 'let a passthru macvtap change the MAC address of a device given with --device')
    .option(
      '--plugin <package>',
      'a package or an absolute path of a module that defines kinds of network devices; repeatable',
      collect,
      [],
    )
    .option('--link-kind <kind>', 'a kind of a plugin, such as vxlan, that clients may create; repeatable', collect, [])
    .addOption(program.createOption('--confined', 'internal: marks the restarted process').hideHelp())
    .action(serve);
}

async function serve(options: HelperVerbOptions): Promise<void> {
  const { UsageError } = await import('../../errors/command.ts');
  const { hideDescriptors, isConfined, restartConfined } = await import('../../host/linux/confinement.ts');
  const { socket, stdio, mode = 0o600, netns, user, group, confined } = options;
  const inherited = process.env.LISTEN_PID === String(process.pid) ? FIRST_INHERITED : undefined;
  if ([socket, stdio, inherited].filter((way) => way !== undefined).length !== 1)
    throw new UsageError('helper needs one of --socket <path>, --stdio, or a socket from systemd');
  if (user !== undefined && group === undefined) throw new UsageError('--user needs --group');
  if (!confined) {
    const kept = inherited === undefined ? {} : { keep: [inherited], keepVariables: ['LISTEN_PID', 'LISTEN_FDS'] };
    return restartConfined(confinedArguments(socket, netns), { netns, user, group, ...kept });
  }
  if (!isConfined()) throw new UsageError('--confined is internal: leave it out');
  await hideDescriptors();

  const { loadPlugin } = await import('../../plugins/load-plugin.ts');
  for (const plugin of options.plugin) await loadPlugin(plugin);
  const { LinuxHost } = await import('../../host/linux/linux-host.ts');
  const { serveHelper } = await import('../../host/remote/helper.ts');
  const { ownNameGuard } = await import('../../host/linux/network-namespace.ts');
  const { interceptHost } = await import('../../host-contract/intercept.ts');
  await using opened = await LinuxHost.open();
  const requireName = netns === undefined ? () => {} : ownNameGuard(netns);
  const host = interceptHost(opened, async (_, proceed) => {
    requireName();
    return proceed();
  });
  const clients = stdio
    ? { input: process.stdin, output: process.stdout }
    : socket === undefined
      ? { fd: FIRST_INHERITED }
      : { socket, mode };
  // The signal may arrive as soon as the socket exists.
  const stopped = new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
  const helper = await serveHelper({ host, netns, clients, ...allowedBy(options) });
  void stopped.then(() => helper.close());
  await helper.closed;
}

function allowedBy({ device, name, filterTarget, passthruMac = false, linkKind }: HelperVerbOptions): PolicyOptions {
  const names = name.length > 0 ? { names: name } : {};
  return { devices: device, ...names, filterTargets: filterTarget, passthruMac, linkKinds: linkKind };
}

/**
 * The arguments of the confined process. It works in `/`, so the paths of the socket and of the
 * namespace are made absolute and appended: of two equal options the last one counts.
 */
function confinedArguments(socket: string | undefined, netns: string | undefined): string[] {
  const absolute = [
    ...(socket === undefined ? [] : ['--socket', resolve(socket)]),
    ...(netns?.includes('/') ? ['--netns', resolve(netns)] : []),
  ];
  return [...process.argv.slice(1), ...absolute, '--confined'];
}

/** sd_listen_fds(3), SD_LISTEN_FDS_START. */
const FIRST_INHERITED = 3;

/** Parses the mode of a socket. Only octal, because a misread mode could give access to other users. */
function octal(text: string): number {
  if (!/^0?[0-7]{3}$/.test(text)) throw new InvalidArgumentError('Expected three octal digits, such as 0660.');
  return Number.parseInt(text, 8);
}

/** Checks the name of a target or chain of iptables, and appends it to the earlier names. */
function target(name: string, before: readonly string[]): readonly string[] {
  if (!/^[\w.-]{1,28}$/.test(name)) throw new InvalidArgumentError('Expected a target of iptables, such as LOG.');
  return collect(name, before);
}

function collect(name: string, before: readonly string[]): readonly string[] {
  return [...before, name];
}
