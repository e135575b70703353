/** A port of that name comes up for somebody else, between a plug's look at the database and its transaction. */

import { describe, expect, test } from 'vitest';
import type { Host } from '../../../src/host-contract/host.ts';
import type { OvsdbEdit, OvsdbView } from '../../../src/host-contract/ovsdb.ts';
import { OsVif } from '../../../src/os-vif.ts';
import { OvsPlugin } from '../../../src/plugins/ovs/ovs-plugin.ts';
import { instance } from '../vifs.ts';
import { OVS_UNAVAILABLE, openOvsHost } from './ovs-host.ts';
import { TAP, tapVif } from './ovs-vifs.ts';

/** Runs `meddle` once, when a transaction has been decided on and is not yet sent. */
function overtaken(host: Host, meddle: () => void): Host {
  let isDone = false;
  const { ovsdb } = host;
  const change: typeof ovsdb.change = (decide, options) => {
    const decideThenMeddle = (view: OvsdbView): readonly OvsdbEdit[] => {
      const edits = decide(view);
      if (!isDone && edits.length > 0) {
        isDone = true;
        meddle();
      }
      return edits;
    };
    return ovsdb.change(decideThenMeddle, options);
  };
  const between: Host['ovsdb'] = {
    change,
    view: (options) => ovsdb.view(options),
    waitFor: (what, find, options) => ovsdb.waitFor(what, find, options),
    changes: (since, options) => ovsdb.changes(since, options),
    close: () => ovsdb.close(),
  };
  return { ...host, links: host.links, ovsdb: between, close: () => host.close() };
}

describe.skipIf(OVS_UNAVAILABLE)('a plug that another writer overtakes', () => {
  test.each([
    ['of another VIF', 'iface-id=another'],
    ['made here for another VIF', 'iface-id=another', 'os-vif=another'],
  ])('leaves the port %s, which has the name, as it is', async (_, ...ids) => {
    const { host, server } = await openOvsHost({ withSwitch: false });
    const osVif = await OsVif.open({
      host: overtaken(host, () => {
        const marks = ids.map((id) => `external_ids:${id}`);
        server.vsctl(
          'add-port',
          'br-int',
          TAP,
          '--',
          'set',
          'Interface',
          TAP,
          ...marks,
          '--',
          'set',
          'Port',
          TAP,
          ...marks,
        );
      }),
      plugins: [new OvsPlugin({ waitFor: 'none' })],
    });
    server.vsctl('add-br', 'br-int', '--', 'set', 'bridge', 'br-int', 'datapath_type=netdev');
    const portOf = () => server.vsctl('--bare', '--columns=_uuid,name,external_ids,qos', 'find', 'Port', `name=${TAP}`);

    await expect(osVif.plug(tapVif(), instance())).rejects.toMatchObject({
      cause: { code: 'ERR_OSVIF_FOREIGN_LINK' },
      left: [],
    });

    expect(portOf()).toContain(TAP);
    expect(server.vsctl('list-ports', 'br-int')).toBe(TAP);
    expect(await host.links.get(TAP)).toBeUndefined();
  });
});
