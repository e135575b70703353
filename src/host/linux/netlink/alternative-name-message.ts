/** Alternative names of a device as rtnetlink messages (linux/if_link.h, IFLA_PROP_LIST). */

import { nameIn } from '../../../host-contract/expected-links.ts';
import type { ExpectedLink } from '../../../host-contract/links.ts';
import { IFLA_ALT_IFNAME, IFLA_PROP_LIST } from './link-attributes.ts';
import { linkHeader } from './link-message.ts';
import { type Attribute, NLM_F_APPEND, NLM_F_CREATE, NLM_F_EXCL, text } from './message.ts';
import type { Request } from './request.ts';

const RTM_NEWLINKPROP = 108;
const RTM_DELLINKPROP = 109;

/** linux/netlink.h. The kernel requires this flag in these messages. */
const NLA_F_NESTED = 0x8000;

export function nameAddition(index: number, name: string, expected: readonly ExpectedLink[]): Request {
  const what = `addition of the alternative name ${name} to ${nameIn(expected, index)}`;
  const flags = NLM_F_CREATE | NLM_F_EXCL | NLM_F_APPEND;
  return { what, type: RTM_NEWLINKPROP, flags, body: linkHeader(index), attributes: [propertyList(name)] };
}

export function nameRemoval(index: number, name: string, expected: readonly ExpectedLink[]): Request {
  const what = `removal of the alternative name ${name} from ${nameIn(expected, index)}`;
  return { what, type: RTM_DELLINKPROP, flags: 0, body: linkHeader(index), attributes: [propertyList(name)] };
}

function propertyList(name: string): Attribute {
  return [IFLA_PROP_LIST | NLA_F_NESTED, [[IFLA_ALT_IFNAME, text(name)]]];
}
