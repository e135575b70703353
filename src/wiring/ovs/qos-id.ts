/** The id of the QoS row of a port: its external_ids `id`, as Python os-vif writes it. */

import { sha1 } from '@noble/hashes/legacy.js';
import { bytesToHex, concatBytes, hexToBytes, utf8ToBytes } from '@noble/hashes/utils.js';

const QOS_NAMESPACE = '68da264a847f42a88ab05e774aee3d95';

/** Returns a UUID of version 5 (RFC 9562 5.5) of the name of the port. */
export function qosIdOf(port: string): string {
  const digest = sha1(concatBytes(hexToBytes(QOS_NAMESPACE), utf8ToBytes(port)));
  digest[6] = ((digest[6] ?? 0) & 0x0f) | 0x50;
  digest[8] = ((digest[8] ?? 0) & 0x3f) | 0x80;
  const hex = bytesToHex(digest);
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-');
}
