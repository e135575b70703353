/** A guest of libvirt boots, reaches its neighbour and leaves nothing behind, in each way to connect it. */
import { expect, test } from 'vitest';
import { toInterfaceXml, toNetworkXml } from '../../../src/entries/libvirt.ts';
import { instance } from '../../plugins/vifs.ts';
import { guestScript, openGuestMachine, pingGuest, releaseNic, route, tracesOn } from './machine.ts';
import { MTU, waysNamed } from './ways.ts';

/** What scripts/libvirt/run.mjs reads. */
declare module 'vitest' {
  interface TaskMeta {
    title?: string;
    versions?: string;
    /** The type of `<interface>`. */
    interfaceType?: string;
    /** Bytes. */
    guestMtu?: number;
    /** What worked, in this order. */
    done?: string[];
  }
}

/** ms. A guest without virtualization boots in about 6 s. */
const TIMEOUT = 300_000;

test.for(waysNamed(process.env.OS_VIF_LIBVIRT_WAYS))(
  'a guest works and leaves nothing behind: %s',
  { timeout: TIMEOUT },
  async ([, way], { task: { meta } }) => {
    const machine = await openGuestMachine(way);
    const { osVif, libvirtd } = machine;
    const before = tracesOn(machine);
    const done: string[] = [];
    Object.assign(meta, { title: way.title, versions: libvirtd.versions(), done });
    const vif = way.vif();
    await osVif.plug(vif, instance());
    if (way.isRouted) route(machine);
    if (way.libvirtNetwork) libvirtd.startNetwork(way.libvirtNetwork.name, toNetworkXml(way.libvirtNetwork));

    const xml = toInterfaceXml(vif, { virtType: 'qemu', ...(way.libvirtNetwork && { network: way.libvirtNetwork }) });
    meta.interfaceType = /type="(\w+)"/.exec(xml)?.[1] ?? '';
    const guest = libvirtd.startGuest({ name: 'guest', interfaces: [xml], script: guestScript(way) });
    const [, mtu] = await guest.says(/The MTU is (\d+)/);
    meta.guestMtu = Number(mtu);
    expect(meta.guestMtu).toBe(way.guestMtu ?? MTU);
    done.push('start');

    const [, answered] = await guest.says(/, (\d+) packets received/);
    expect(answered).toBe('5');
    const pings = await pingGuest(machine);
    expect(await osVif.check(vif, instance())).toEqual([]);
    expect(await osVif.plug(vif, instance())).toMatchObject({ changed: false });
    expect(await pings.summary).toBe('30 received');
    done.push('pings', 'plug');

    guest.remove();
    await osVif.unplug(vif, instance());
    if (way.hasSharedBridge) releaseNic(machine);
    await osVif.collectGarbage([]);
    expect(tracesOn(machine)).toEqual(before);
    done.push('unplug');
  },
);
