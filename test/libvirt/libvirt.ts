/** The real libvirt, as far as it can say without starting a guest: its schema, and a definition in its test driver. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../host/shell.ts';

const PACKAGES: Readonly<Record<string, string>> = {
  'virt-xml-validate': 'libvirt-clients',
  virsh: 'libvirt-clients',
  xmllint: 'libxml2-utils',
};

/** Why there is no libvirt here, and what to install; undefined where there is one. Under CI that is an error, not a reason to skip. */
export const LIBVIRT_MISSING: string | undefined = whyMissing();

/** Throws what libvirt says against a domain with these devices, first its schema, then its parser and checks. */
export function requireAccepted(...devices: readonly string[]): void {
  // A device of the host can be in a domain only once.
  const passedThrough = devices.filter(isPassedThrough);
  const others = devices.filter((device) => !isPassedThrough(device));
  for (const domain of [...(others.length > 0 ? [others] : []), ...passedThrough.map((device) => [device])]) {
    withFile(domainWith(domain), (file) => {
      run('virt-xml-validate', file, 'domain');
      run('virsh', '-c', 'test:///default', 'define', '--validate', file);
    });
  }
}

/** Throws what libvirt says against a network, first its schema, then its parser. */
export function requireNetworkAccepted(network: string): void {
  withFile(network, (file) => {
    run('virt-xml-validate', file, 'network');
    run('virsh', '-c', 'test:///default', 'net-define', '--validate', file);
  });
}

function isPassedThrough(device: string): boolean {
  return /^<hostdev|type="hostdev"/.test(device);
}

/** The value of an attribute as a real XML parser reads it. */
export function readAttribute(xml: string, xpath: string): string {
  return withFile(xml, (file) => run('xmllint', '--xpath', `string(${xpath})`, file).replace(/\n$/, ''));
}

function domainWith(devices: readonly string[]): string {
  return [
    "<domain type='test'><name>guest</name><memory>65536</memory><os><type>hvm</type></os><devices>",
    ...devices,
    '</devices></domain>',
  ].join('\n');
}

function withFile<T>(text: string, use: (file: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'libvirt-'));
  try {
    const file = join(folder, 'text.xml');
    writeFileSync(file, text);
    return use(file);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function whyMissing(): string | undefined {
  const missing = Object.keys(PACKAGES).filter((command) => spawnSync(command, ['--version']).error !== undefined);
  if (missing.length === 0) return undefined;
  const packages = [...new Set(missing.map((command) => PACKAGES[command]))];
  const why = `${missing.join(', ')} not there: apt-get install ${packages.join(' ')}`;
  if (process.env.CI) throw new Error(why);
  return why;
}
