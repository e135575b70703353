/**
 * The QoS row that a port is made with.
 * Later the port may have another: bandwidth limits are others' business.
 */

import { LinkValueError } from '../../errors/link.ts';
import type { OvsdbEdit } from '../../host-contract/ovsdb.ts';
import type { OvsVerbs } from './ovs-verbs.ts';
import { qosOf } from './owned-rows.ts';
import { isOwnPort } from './port-owner.ts';

/** The QoS row of a port of Open vSwitch. */
export interface OvsQosElement {
  readonly kind: 'ovs-qos';
  /** The port's name. */
  readonly name: string;
  /** ovs-vswitchd.conf.db(5), QoS, `type`, such as `linux-noop`. */
  readonly type: string;
  /** What the row is found by again: its external_ids `id`. */
  readonly id: string;
}

export const ovsQos: OvsVerbs<OvsQosElement> = {
  validate({ name, type }) {
    if (type === '') throw new LinkValueError(`QoS of port ${name}: the type is empty`);
  },

  names: () => [],

  ensure({ name, type, id }, view, _owner, before) {
    if (!before.some((edit) => edit.edit === 'add-port' && edit.name === name)) return [];
    const removed = new Set(before.map((edit) => (edit.edit === 'remove-qos' ? edit.uuid : undefined)));
    // Rows that a port left behind when others removed it.
    const stale = qosOf(name, view, id).filter(
      (uuid) => !removed.has(uuid) && [...view.portsWithQos(uuid)].length === 0,
    );
    return [
      ...stale.map((uuid): OvsdbEdit => ({ edit: 'remove-qos', uuid })),
      { edit: 'add-qos', port: name, type, externalIds: { id, _type: type } },
    ];
  },

  /** A row belongs to the owner of the port of its name. If there is no such port, the row is left over. */
  rows({ name, id }, view, owner) {
    const port = view.port(name);
    return port && !isOwnPort(port, view, owner) ? {} : { qos: qosOf(name, view, id) };
  },

  inspect() {
    return [];
  },
};
