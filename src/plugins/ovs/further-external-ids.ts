/** The external_ids that a hook adds to those of the library. */

import { PluginError } from '../../errors/plugin.ts';
import type { OvsMap } from '../../host-contract/ovsdb.ts';
import type { InstanceInfo } from '../../objects/instance-info.ts';
import type { VIFBase } from '../../objects/vif.ts';
import { listed } from '../../text/bounds.ts';
import { isRecord } from '../../text/is-record.ts';
import type { OvsPluginOptions } from './ovs-options.ts';

/** Keys of this library, of Neutron's agent and of ovn-controller. */
const RESERVED = /^(iface-id|iface-status|attached-mac|vm-uuid|bridge_name|os-vif.*|ovn-.*)$/;

/**
 * Returns the further external_ids of the interface of a VIF.
 *
 * @throws PluginError if the function returns no texts, or a reserved key
 */
export function furtherExternalIds(
  vif: VIFBase,
  instance: InstanceInfo,
  { externalIds }: Pick<OvsPluginOptions, 'externalIds'>,
): OvsMap {
  if (externalIds === undefined) return {};
  const ids: unknown = externalIds(vif, instance);
  const isTexts = isRecord(ids) && Object.values(ids).every((value) => typeof value === 'string');
  if (!isTexts)
    throw new PluginError(`externalIds returned no object of strings for VIF ${vif.id}: return { key: 'value' }`);
  const reserved = Object.keys(ids).filter((key) => RESERVED.test(key));
  if (reserved.length > 0)
    throw new PluginError(
      `externalIds returned ${listed(reserved)} for VIF ${vif.id}, which the library or OVN sets: use other keys`,
    );
  return Object.fromEntries(Object.entries(ids).map(([key, value]) => [key, String(value)]));
}
