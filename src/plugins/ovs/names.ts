/** The names that OpenStack's plugin gives to what it makes; others, and upgrades, find things by them. */

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
