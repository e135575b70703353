/** A guest that is nothing but firmware: iPXE asks for an address, and the host sees it on the device that we plugged. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { describe, expect, onTestFinished, test } from 'vitest';
import { LinuxHost, OsVif } from '../../src/entries/host.ts';
import { InstanceInfo } from '../../src/entries/index.ts';
import { toInterfaceXml } from '../../src/entries/libvirt.ts';
import { vifFromPort } from '../../src/entries/neutron.ts';
import { makeNetns, NETNS_UNAVAILABLE, type Netns } from '../host/netns.ts';
import { BINDINGS, NETWORK, PORT_ID, port } from '../neutron/ports.ts';
import { readXml, type XmlTree } from './xml-tree.ts';

const QEMU = 'qemu-system-x86_64';
const UNAVAILABLE = NETNS_UNAVAILABLE ?? whyNoQemu();

/** libvirt's names of NICs, and QEMU's. */
const QEMU_MODELS: Readonly<Record<string, string>> = { virtio: 'virtio-net-pci', e1000: 'e1000', rtl8139: 'rtl8139' };

describe.skipIf(UNAVAILABLE !== undefined)(`a guest in QEMU${UNAVAILABLE ? ` (${UNAVAILABLE})` : ''}`, () => {
  test.each(['virtio', 'e1000'])(
    'with the %s that the XML names is heard on the TAP that we plugged',
    async (model) => {
      const netns = await makeNetns();
      await using host = await LinuxHost.open({ netns: netns.path });
      await using osVif = await OsVif.open({ host });
      const bound = port({ ...BINDINGS.tap, 'binding:vif_type': 'tap' });
      const vif = vifFromPort(bound, { network: NETWORK });
      const instance = new InstanceInfo({ uuid: PORT_ID, name: 'firmware' });
      await osVif.plug(vif, instance);
      const xml = readXml(toInterfaceXml(vif, { virtType: 'qemu', model }));

      const nic = {
        device: attribute(xml, 'target', 'dev'),
        mac: attribute(xml, 'mac', 'address'),
        model: attribute(xml, 'model', 'type'),
      };
      netns.run('ip', 'addr', 'add', '192.0.2.1/24', 'dev', nic.device);
      const discover = nextDhcpRequest(netns);
      boot(netns, nic);

      const { clientMac, messageType } = await discover;
      expect(clientMac).toBe(bound.mac_address);
      expect(messageType).toBe(1);
      expect(netns.links()).toMatchObject([{ ifname: 'tapdc065497-3c', mtu: 1450, address: '00:61:fe:ed:ca:fe' }]);
    },
    120_000,
  );
});

/** Boots from the NIC, with nothing else there to boot from. The TAP is there: QEMU attaches to it and makes none. */
function boot(
  netns: Netns,
  { device, mac, model }: { readonly device: string; readonly mac: string; readonly model: string },
): void {
  startIn(netns, QEMU, [
    ...['-machine', 'pc,accel=tcg', '-m', '64', '-nodefaults', '-display', 'none', '-boot', 'n'],
    ...['-netdev', `tap,id=nic,ifname=${device},script=no,downscript=no`],
    ...['-device', `${QEMU_MODELS[model]},netdev=nic,mac=${mac}`],
  ]);
}

/** RFC 2131: hardware address at byte 28; options from byte 240, 53 being the type of the message, which 1 is a discover of. */
const LISTENER = `
  import { createSocket } from 'node:dgram';
  const socket = createSocket({ type: 'udp4', reuseAddr: true });
  socket.on('message', (message) => console.log(message.toString('hex')));
  socket.bind(67, '0.0.0.0', () => console.log('ready'));
`;

async function nextDhcpRequest(netns: Netns): Promise<{ clientMac: string; messageType: number | undefined }> {
  const listener = startIn(netns, process.execPath, ['--input-type=module', '--eval', LISTENER]);
  if (listener.stdout === null) throw new Error('the listener has no output');
  for await (const line of createInterface({ input: listener.stdout })) {
    if (line === 'ready') continue;
    const message = Buffer.from(line, 'hex');
    const clientMac = message
      .subarray(28, 34)
      .toString('hex')
      .replace(/..(?=.)/g, '$&:');
    return { clientMac, messageType: dhcpOption(message, 53) };
  }
  throw new Error('the listener ended');
}

function dhcpOption(message: Buffer, wanted: number): number | undefined {
  for (
    let at = 240;
    at < message.length && message[at] !== 255;
    at += message[at] === 0 ? 1 : 2 + (message[at + 1] ?? 0)
  ) {
    if (message[at] === wanted) return message[at + 2];
  }
  return undefined;
}

function startIn(netns: Netns, command: string, args: readonly string[]): ChildProcess {
  const child = spawn('nsenter', [`--net=${netns.path}`, command, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

function attribute(xml: XmlTree, element: string, name: string): string {
  const value = xml.children.find((child) => child.name === element)?.attributes[name];
  if (value === undefined) throw new Error(`the XML has no ${element}/@${name}`);
  return value;
}

function whyNoQemu(): string | undefined {
  const hasRoms = ['/usr/lib/ipxe/qemu', '/usr/share/qemu'].some((folder) => existsSync(`${folder}/pxe-virtio.rom`));
  if (hasRoms && spawnSync(QEMU, ['--version']).status === 0) return undefined;
  const why = `${QEMU} or its boot ROMs are not there: apt-get install qemu-system-x86 ipxe-qemu`;
  if (process.env.CI) throw new Error(why);
  return why;
}
