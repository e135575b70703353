/** Neutron port to VIF to primitive to Python os-vif, and back. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { backport, type Primitive, VIFBase } from '../../src/entries/index.ts';
import { vifFromNetworkInfo, vifFromPort } from '../../src/entries/neutron.ts';
import { PEER_MISSING, Peer } from '../peer/peer.ts';
import { ROWS } from './nova-vectors.ts';
import { BINDINGS, NETWORK, port } from './ports.ts';

describe.skipIf(PEER_MISSING !== undefined)(`Python os-vif reads${PEER_MISSING ? ` (${PEER_MISSING})` : ''}`, () => {
  let peer: Peer;
  let known: Record<string, string>;
  beforeAll(async () => {
    peer = Peer.start();
    const objects = await peer.ask<Record<string, { version: string }>>('objects');
    known = Object.fromEntries(Object.entries(objects).map(([name, { version }]) => [name, version]));
  });
  afterAll(() => peer.stop());

  test.each(Object.entries(BINDINGS))(
    'the VIF of a port of type %s, and gives it back as it was',
    async (vifType, binding) => {
      const vif = vifFromPort(port({ ...binding, 'binding:vif_type': vifType }), { network: NETWORK });
      const sent = asKnown(vif.toPrimitive());
      await expectReturned(sent);
    },
  );

  const converted = ROWS.filter(({ osvif, xml }) => osvif || (osvif === null && typeof xml['kvm-plain'] === 'string'));
  test.each(converted)("the VIF of nova's $name, and gives it back as it was", async ({ vif }) => {
    const sent = asKnown(vifFromNetworkInfo(vif).toPrimitive());
    await expectReturned(sent);
  });

  async function expectReturned(sent: Primitive): Promise<void> {
    const returned = await peer.ask<Primitive>('roundtrip', { primitive: sent });
    expect(withoutChanges(returned)).toEqual(withoutChanges(sent));
    expect(VIFBase.fromPrimitive(returned).equals(VIFBase.fromPrimitive(sent))).toBe(true);
  }

  /** In the versions that this Python knows. */
  function asKnown(primitive: Primitive): Primitive {
    return backport(primitive, { versionManifest: known });
  }
});

/** Changes that a backport left in a child, of fields that went, don't come back. */
function withoutChanges(primitive: Primitive): unknown {
  return JSON.parse(JSON.stringify(primitive), (key, value) =>
    key === 'versioned_object.changes' ? undefined : value,
  );
}
