/** The reasons for which a kernel refuses a source guard. */

import { NetlinkError } from '../../../errors/kernel.ts';
import type { SourceGuard } from '../../../host-contract/guards/source-guards.ts';

/** Kernel: nf_tables_addchain() refuses hooks that it does not have with EOPNOTSUPP. */
export function explained({ device, hook, anyDevice }: SourceGuard, error: unknown): unknown {
  if (!(error instanceof NetlinkError)) return error;
  const what = `source guard of ${device}`;
  if (hook === 'egress' && error.errno === 'EOPNOTSUPP')
    return new NetlinkError(what, error.errno, 'the egress hook needs Linux 5.16 with CONFIG_NETFILTER_EGRESS');
  if (error.errno === 'EOPNOTSUPP' || error.errno === 'EPROTONOSUPPORT')
    return new NetlinkError(what, error.errno, 'this needs nf_tables with the family netdev (CONFIG_NF_TABLES_NETDEV)');
  if (anyDevice && error.errno === 'ENOENT')
    return new NetlinkError(what, error.errno, 'this kernel takes a guard only for a device that exists');
  return error;
}
