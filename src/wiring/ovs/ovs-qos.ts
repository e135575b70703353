/**
 * The QoS row that a port has at its creation. Another program may later give the port another QoS row,
 * because other programs manage bandwidth limits.
 */

import { LinkValueError } from '../../errors/link.ts';
import type { OvsdbEdit } from '../../host-contract/ovsdb.ts';
import type { OvsVerbs } from './ovs-verbs.ts';
import { qosOf } from './owned-rows.ts';
import { isOwnPort } from './port-owner.ts';

/** The QoS row of a port of Open vSwitch. */
export interface OvsQosElement {
  readonly kind: 'ovs-qos';
  /** The name of the port. */
  readonly name: string;
  /** ovs-vswitchd.conf.db(5), QoS, `type`, such as `linux-noop`. */
  readonly type: string;
  /** The `id` in the external_ids of the row. os-vif finds the row by this id. */
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
    // Rows that are left of a port that another program removed.
    const stale = qosOf(name, view, id).filter(
      (uuid) => !removed.has(uuid) && [...view.portsWithQos(uuid)].length === 0,
    );
    return [
      ...stale.map((uuid): OvsdbEdit => ({ edit: 'remove-qos', uuid })),
      { edit: 'add-qos', port: name, type, externalIds: { id, _type: type } },
    ];
  },

  /**
   * Lists the rows of the element. A row belongs to the owner of the port with its name. Without such a port,
   * the row is left over and is included.
   */
  rows({ name, id }, view, owner) {
    const port = view.port(name);
    return port && !isOwnPort(port, view, owner) ? {} : { qos: qosOf(name, view, id) };
  },

  inspect() {
    return [];
  },
};
