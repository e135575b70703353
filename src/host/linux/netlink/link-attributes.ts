/** The numbers of rtnetlink's link messages (linux/if_link.h, linux/if.h, linux/rtnetlink.h). */

import type { MacvtapMode } from '../../../host-contract/links.ts';

export const RTM_NEWLINK = 16;
export const RTM_DELLINK = 17;
export const RTM_GETLINK = 18;
export const RTM_SETLINK = 19;

export const IFLA_ADDRESS = 1;
export const IFLA_IFNAME = 3;
export const IFLA_MTU = 4;
export const IFLA_LINK = 5;
export const IFLA_MASTER = 10;
export const IFLA_LINKINFO = 18;
export const IFLA_IFALIAS = 20;
export const IFLA_AF_SPEC = 26;
export const IFLA_GROUP = 27;
export const IFLA_EXT_MASK = 29;
export const IFLA_LINK_NETNSID = 37;
export const IFLA_PROP_LIST = 52;
export const IFLA_ALT_IFNAME = 53;

export const IFLA_INFO_KIND = 1;
export const IFLA_INFO_DATA = 2;
export const IFLA_INFO_SLAVE_KIND = 4;
export const IFLA_INFO_SLAVE_DATA = 5;
export const VETH_INFO_PEER = 1;

export const IFLA_MACVLAN_MODE = 1;
/** linux/if_link.h, enum macvlan_mode */
export const MACVLAN_MODES: Readonly<Record<MacvtapMode, number>> = { private: 1, vepa: 2, bridge: 4, passthru: 8 };

export const IFLA_TUN_OWNER = 1;
export const IFLA_TUN_GROUP = 2;
export const IFLA_TUN_TYPE = 3;
export const IFLA_TUN_PERSIST = 6;
export const IFLA_TUN_MULTI_QUEUE = 7;
/** linux/if_tun.h */
export const IFF_TAP = 2;

export const IFF_UP = 0x1;
export const IFF_PROMISC = 0x100;
