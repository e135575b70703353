// The least that makes and deletes what a VIF is made of: the bare requests, without a look at what is there, without roll-back.

const short = (vif) => vif.id.slice(0, 11);
const endOf = (vif) => ({ up: true, mtu: vif.network.mtu, promiscuous: true, alias: `os-vif:${vif.id}` });

export function bareRequests({ links, sysctl, ovsdb }) {
  const indexOf = async (name) => (await links.get(name)).index;
  const addPort = (vif, name) =>
    ovsdb.change(() => [
      {
        edit: 'add-port',
        bridge: 'br-int',
        name,
        interface: { externalIds: { 'iface-id': vif.id, 'iface-status': 'active' } },
      },
    ]);
  const removePort = (name) => ovsdb.change(() => [{ edit: 'remove-port', name }]);
  const tap = {
    plug: (vif) =>
      links.create({ kind: 'tap', name: vif.vifName, up: true, mtu: vif.network.mtu, alias: `os-vif:${vif.id}` }),
    find: async (vif) => [await indexOf(vif.vifName)],
    unplug: (_, [index]) => links.delete(index),
  };
  const row = (table, name, values) => ({ op: 'insert', table, 'uuid-name': table, row: { name, ...values } });
  const onBridge = [['name', '==', 'br-int']];
  return {
    /** An OVSDB transaction alone. */
    createPort: {
      plug: (vif) => {
        const ids = ['iface-id', 'iface-status', 'attached-mac', 'vm-uuid'].map((key) => [key, vif.id]);
        return ovsdb.transact([
          row('Interface', vif.vifName, { external_ids: ['map', ids] }),
          row('Port', vif.vifName, { interfaces: ['named-uuid', 'Interface'] }),
          { op: 'mutate', table: 'Bridge', where: onBridge, mutations: [['ports', 'insert', ['named-uuid', 'Port']]] },
        ]);
      },
      find: async (vif) => (await ovsdb.view()).port(vif.vifName).uuid,
      unplug: (_, port) =>
        ovsdb.transact([
          { op: 'mutate', table: 'Bridge', where: onBridge, mutations: [['ports', 'delete', ['uuid', port]]] },
        ]),
    },
    tap,
    createTap: {
      plug: async (vif) => {
        await tap.plug(vif);
        await addPort(vif, vif.vifName);
      },
      find: tap.find,
      unplug: async (vif, [index]) => {
        await removePort(vif.vifName);
        await links.delete(index);
      },
    },
    hybrid: {
      plug: async (vif) => {
        const name = `qbr${short(vif)}`;
        const bridge = { ageingTime: 0, stp: false, forwardDelay: 0, multicastSnooping: false };
        const master = await links.create({ kind: 'bridge', name, bridge, alias: `os-vif:${vif.id}` });
        await sysctl.set(`net/ipv6/conf/${name}/disable_ipv6`, '1');
        await sysctl.set(`net/ipv4/conf/${name}/arp_ignore`, '1');
        await sysctl.set(`net/ipv4/conf/${name}/arp_announce`, '2');
        await links.change(master, { up: true });
        const end = endOf(vif);
        await links.create({
          kind: 'veth',
          name: `qvb${short(vif)}`,
          master,
          ...end,
          peer: { name: `qvo${short(vif)}`, ...end },
        });
        await addPort(vif, `qvo${short(vif)}`);
      },
      find: async (vif) => [await indexOf(`qvb${short(vif)}`), await indexOf(`qbr${short(vif)}`)],
      unplug: async (vif, [veth, bridge]) => {
        await removePort(`qvo${short(vif)}`);
        await links.delete(veth);
        await links.delete(bridge);
      },
    },
  };
}
