/**
 * The names of devices and ports in OpenStack's plugin. Other programs and later versions find them by these
 * names.
 */

/** Maximum length of a name. The kernel accepts one more character. */
const NAME_LENGTH = 14;
/** Maximum length of the name of a patch port, which is not a network device. */
const PATCH_NAME_LENGTH = 64;

/** Returns the names of the devices and ports of a VIF. */
export function namesOf(vifId: string) {
  const short = (prefix: string) => `${prefix}${vifId}`.slice(0, NAME_LENGTH);
  const long = (prefix: string) => `${prefix}${vifId}`.slice(0, PATCH_NAME_LENGTH);
  return {
    /** The Linux bridge of a hybrid VIF, and the veth pair between this bridge and Open vSwitch. */
    hybridBridge: short('qbr'),
    bridgeEnd: short('qvb'),
    switchEnd: short('qvo'),
    vhostUser: short('vhu'),
    dpdkRepresentor: short('vfr'),
    /** The per-port bridge, and the patch pair between this bridge and the integration bridge. */
    portBridge: short('pb'),
    portBridgePatch: long('pbp'),
    integrationPatch: long('ibp'),
  };
}

/** Whether the bridge belongs to a trunk port. Neutron names such a bridge after the trunk. */
export function isTrunkBridge(bridge: string): boolean {
  return bridge.startsWith('tbr-');
}
