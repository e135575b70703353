/** Starts and stops of a guest on a bridge of Open vSwitch that the plug before the start created. */
import { expect, test } from 'vitest';
import { toInterfaceXml } from '../../../src/entries/libvirt.ts';
import { OsVif } from '../../../src/os-vif.ts';
import { openOvsHost } from '../../plugins/ovs/ovs-host.ts';
import { instance } from '../../plugins/vifs.ts';
import { Libvirtd, until } from './libvirtd.ts';
import { ovsVif } from './ways.ts';

const STARTS = Number(process.env.OS_VIF_LIBVIRT_STARTS ?? 2);
/** ms for one start. */
const LONGEST_START = 120_000;

test(`a guest starts ${STARTS} times on a bridge that the plug created`, {
  timeout: LONGEST_START + STARTS * LONGEST_START,
}, async () => {
  const { netns, server, host } = await openOvsHost();
  await using osVif = await OsVif.open({ host });
  const libvirtd = await Libvirtd.start(netns, server.folder);
  const vif = ovsVif({});
  const { vifName = '', bridgeName = '' } = vif;
  const interfaces = [toInterfaceXml(vif, { virtType: 'qemu' })];
  const hasLink = () => netns.links().some(({ ifname, flags }) => ifname === vifName && flags.includes('LOWER_UP'));
  const port = () => server.vsctl('--if-exists', 'get', 'Interface', vifName, 'ofport').trim();
  for (let start = 1; start <= STARTS; start++) {
    expect(server.vsctl('list-br'), `before start ${start}`).toBe('');
    await osVif.plug(vif, instance());
    const guest = libvirtd.startGuest({ name: 'guest', interfaces, script: '' });
    await until(`start ${start}: the switch has the port`, () => Number(port()) > 0);
    await until(`start ${start}: the port has a link`, hasLink);
    expect(server.vsctl('list-ports', bridgeName).trim(), `start ${start}`).toBe(vifName);

    guest.remove();
    await osVif.unplug(vif, instance());
    expect(server.vsctl('list-ports', bridgeName), `after start ${start}`).toBe('');
    server.vsctl('del-br', bridgeName);
    const isThere = () => netns.links().some(({ ifname }) => ifname === vifName || ifname === bridgeName);
    await until(`start ${start}: no device remains`, () => !isThere());
  }
});
