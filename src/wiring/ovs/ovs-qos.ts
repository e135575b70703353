/** The QoS row that a port is made with. Later the port may have another: bandwidth limits are others' business. */

import { LinkValueError } from '../../errors/link.ts';
import type { OvsdbView, OvsQos } from '../../host-contract/ovsdb.ts';
import type { OvsVerbs } from './ovs-verbs.ts';

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

  ensure(element, view) {
    const { name, type, id } = element;
    if (view.port(name)) return [];
    // Rows that a port left behind when others removed it.
    const stale = rowsOf(element, view).map(({ uuid }) => ({ edit: 'remove-qos', uuid }) as const);
    return [...stale, { edit: 'add-qos', port: name, type, externalIds: { id, _type: type } }];
  },

  remove(element, view) {
    return rowsOf(element, view).map(({ uuid }) => ({ edit: 'remove-qos', uuid }));
  },

  inspect() {
    return [];
  },
};

function rowsOf({ type, id }: OvsQosElement, view: OvsdbView): OvsQos[] {
  return [...view.allQos()].filter(({ externalIds }) => externalIds.id === id && externalIds._type === type);
}
