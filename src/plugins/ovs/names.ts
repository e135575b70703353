/** The names that OpenStack's plugin gives to what it makes; others, and upgrades, find things by them. */

import { createHash } from 'node:crypto';

/** Characters of a name, one less than the kernel takes. */
const NAME_LENGTH = 14;
/** Characters of the name of a patch port, which is no network device. */
const PATCH_NAME_LENGTH = 64;

/** What belongs to a VIF, by its id. */
export function namesOf(vifId: string) {
  const short = (prefix: string) => `${prefix}${vifId}`.slice(0, NAME_LENGTH);
  const long = (prefix: string) => `${prefix}${vifId}`.slice(0, PATCH_NAME_LENGTH);
  return {
    /** The Linux bridge of a hybrid VIF, and the veth pair from there to Open vSwitch. */
    hybridBridge: short('qbr'),
    bridgeEnd: short('qvb'),
    switchEnd: short('qvo'),
    vhostUser: short('vhu'),
    dpdkRepresentor: short('vfr'),
    /** The per-port bridge, and the patch pair from there to the integration bridge. */
    portBridge: short('pb'),
    portBridgePatch: long('pbp'),
    integrationPatch: long('ibp'),
  };
}

/** The bridge of a trunk port, which Neutron names after the trunk. */
export function isTrunkBridge(bridge: string): boolean {
  return bridge.startsWith('tbr-');
}

const QOS_NAMESPACE = '68da264a847f42a88ab05e774aee3d95';

/** The id in a QoS row's external_ids: a UUID of version 5 (RFC 9562 5.5) of the port's name. */
export function qosIdOf(port: string): string {
  const digest = createHash('sha1').update(Buffer.from(QOS_NAMESPACE, 'hex')).update(port).digest();
  digest[6] = ((digest[6] ?? 0) & 0x0f) | 0x50;
  digest[8] = ((digest[8] ?? 0) & 0x3f) | 0x80;
  const hex = digest.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-');
}
