/** Sends the requests whose bytes are compared with those of iproute2. Nothing here can grant them; the refusals are printed. */

import { LinuxHost } from '../../src/host/linux/linux-host.ts';

const [name = ''] = process.argv.slice(2);
await using host = await LinuxHost.open();
const index = (await host.links.get('eth0'))?.index ?? 0;

const REQUESTS: Readonly<Record<string, () => Promise<unknown>>> = {
  'vf mac': () => host.links.changeVirtualFunction(index, 3, { mac: '02:00:00:00:00:07' }),
  'vf vlan': () => host.links.changeVirtualFunction(index, 3, { vlan: 100 }),
  'vf trust': () => host.links.changeVirtualFunction(index, 3, { trust: true }),
  'vf spoofchk': () => host.links.changeVirtualFunction(index, 3, { spoofCheck: false }),
  'vf all': () =>
    host.links.changeVirtualFunction(index, 3, { mac: '02:00:00:00:00:07', vlan: 100, spoofCheck: false, trust: true }),
  'hwmode vepa': () => host.links.changeEmbeddedSwitchMode(index, 'vepa'),
  'hwmode veb': () => host.links.changeEmbeddedSwitchMode(index, 'veb'),
  bridge: () => host.links.create({ kind: 'bridge', name: 'br0', bridge: { vlanFiltering: true } }),
  vlan: () => host.links.create({ kind: 'vlan', name: 'vlan100', lower: index, vlan: { id: 100 } }),
  'vlan with mtu': () =>
    host.links.create({ kind: 'vlan', name: 'vlan100', lower: index, vlan: { id: 100 }, mtu: 1450 }),
};

try {
  await REQUESTS[name]?.();
  console.log('{}');
} catch (error) {
  if (!(error instanceof Error)) throw error;
  console.log(JSON.stringify({ ...error, message: error.message }));
}
