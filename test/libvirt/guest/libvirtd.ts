/**
 * A libvirtd of a test's own: in the network namespace of the test, with its own files and devices.
 * It ends with the test.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { inject, onTestFinished } from 'vitest';
import type { Netns } from '../../host/netns.ts';
import { path } from '../../host/ovsdb/ovsdb-server.ts';
import { run } from '../../host/shell.ts';

declare module 'vitest' {
  interface ProvidedContext {
    guestKernel: { readonly release: string; readonly image: string; readonly initramfs: string };
  }
}

const SCRIPT = fileURLToPath(new URL('libvirtd.sh', import.meta.url));
/** ms, for a busy machine. */
const PATIENCE = 120_000;

export interface GuestDescription {
  readonly name: string;
  /** `<interface>` elements. */
  readonly interfaces: readonly string[];
  /** What the guest runs, in busybox. Its output is the console. */
  readonly script: string;
}

export class Libvirtd {
  readonly #folder = mkdtempSync(join(tmpdir(), 'os-vif-libvirtd-'));
  readonly #process: ChildProcess;

  /** For the running test. `ovsFolder`: the folder of Open vSwitch's sockets. */
  static async start(netns: Netns, ovsFolder: string | undefined): Promise<Libvirtd> {
    const libvirtd = new Libvirtd(netns, ovsFolder);
    onTestFinished(() => libvirtd.#stop());
    await until('libvirtd answers', () => libvirtd.#answers()).catch((error: unknown) => {
      throw new Error(`${error}; its log:\n${textOf(join(libvirtd.#folder, 'libvirtd.log'))}`);
    });
    return libvirtd;
  }

  private constructor({ path: netns }: Netns, ovsFolder: string | undefined) {
    const [command = '', ...args] = [
      // The namespaces, with libvirtd and its guests, end with this process, however it ends.
      ...['setpriv', '--pdeathsig', 'KILL', '--', 'nsenter', `--net=${netns}`],
      ...['unshare', '--mount', '--pid', '--fork', 'setpriv', '--pdeathsig', 'KILL', '--', 'sh', SCRIPT, this.#folder],
    ];
    const env = { ...process.env, PATH: path, ...(ovsFolder && { OVS_RUNDIR: ovsFolder }) };
    this.#process = spawn(command, args, { stdio: 'ignore', env });
  }

  /** Runs a command of virsh and returns what it printed. */
  virsh(...args: readonly string[]): string {
    return run('virsh', '--connect', `qemu:///system?socket=${this.#folder}/libvirt-sock`, ...args);
  }

  /** The versions of libvirt, QEMU and the guest's kernel, for people. */
  versions(): string {
    const [, libvirt] = /libvirt (\S+)/.exec(this.virsh('version')) ?? [];
    const [, qemu] = /hypervisor: (.+)/.exec(this.virsh('version')) ?? [];
    return `libvirt ${libvirt}, ${qemu}, guest's kernel ${inject('guestKernel').release}`;
  }

  /** Defines and starts a network. */
  startNetwork(name: string, xml: string): void {
    const file = join(this.#folder, `${name}.xml`);
    writeFileSync(file, xml);
    this.virsh('net-define', '--validate', file);
    this.virsh('net-start', name);
  }

  /** Defines and starts a guest. The guest boots after that. */
  startGuest(guest: GuestDescription): LibvirtGuest {
    const file = join(this.#folder, `${guest.name}.xml`);
    const console = join(this.#folder, `${guest.name}.console`);
    writeFileSync(file, domainXml(guest, console));
    this.virsh('define', '--validate', file);
    this.virsh('start', guest.name);
    return new LibvirtGuest(this, guest.name, console);
  }

  #answers(): boolean {
    if (this.#process.exitCode !== null) throw new Error(`libvirtd ended with status ${this.#process.exitCode}`);
    const socket = join(this.#folder, 'libvirt-sock');
    return existsSync(socket) && spawnSync('virsh', ['-c', `qemu:///system?socket=${socket}`, 'version']).status === 0;
  }

  async #stop(): Promise<void> {
    // The kernel ends all processes of the namespace before its first one, a child of unshare.
    const { pid } = this.#process;
    const children = `/proc/${pid}/task/${pid}/children`;
    const first = textOf(children).trim();
    const ended = new Promise((resolve) => this.#process.once('close', resolve));
    if (first !== '') process.kill(Number(first), 'SIGKILL');
    else this.#process.kill('SIGKILL');
    if (this.#process.exitCode === null && this.#process.signalCode === null) await ended;
    rmSync(this.#folder, { recursive: true });
  }
}

export class LibvirtGuest {
  readonly #libvirtd: Libvirtd;
  readonly #name: string;
  readonly #console: string;

  constructor(libvirtd: Libvirtd, name: string, console: string) {
    this.#libvirtd = libvirtd;
    this.#name = name;
    this.#console = console;
  }

  /** Waits for a line of the guest's console and returns its match. */
  async says(line: RegExp): Promise<RegExpExecArray> {
    return until(`the guest says ${line}`, () => line.exec(textOf(this.#console))).catch((error: unknown) => {
      throw new Error(`${error}; its console:\n${textOf(this.#console)}`);
    });
  }

  /** Ends the guest at once and removes its definition. */
  remove(): void {
    this.#libvirtd.virsh('destroy', this.#name);
    this.#libvirtd.virsh('undefine', this.#name);
  }
}

function domainXml({ name, interfaces, script }: GuestDescription, console: string): string {
  const { image, initramfs } = inject('guestKernel');
  const commandLine = `console=ttyS0 no_timer_check quiet panic=-1 script=${Buffer.from(script).toString('base64')}`;
  return `<domain type='qemu'>
    <name>${name}</name><memory unit='MiB'>192</memory><vcpu>1</vcpu>
    <os><type arch='x86_64' machine='q35'>hvm</type>
      <kernel>${image}</kernel><initrd>${initramfs}</initrd><cmdline>${commandLine}</cmdline></os>
    <cpu mode='maximum'/>
    <devices>
      <emulator>/usr/bin/qemu-system-x86_64</emulator><controller type='usb' model='none'/>
      <serial type='file'><source path='${console}'/></serial><memballoon model='none'/>
      ${interfaces.join('\n')}
    </devices></domain>`;
}

function textOf(file: string): string {
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}

/** Looks again and again, for PATIENCE at most, until there is something. Resolves to that. */
export async function until<T>(what: string, look: () => T | false | null): Promise<T> {
  for (const start = performance.now(); performance.now() - start < PATIENCE; await sleep(50)) {
    const found = look();
    if (found !== false && found !== null) return found;
  }
  throw new Error(`not within ${PATIENCE} ms: ${what}`);
}
