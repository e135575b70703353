/** Normal guests behind some devices. With FAST_CHECK_RUNS, and in part in QEMU guests: behind all of them. */

import { isThorough } from '../property-runs.ts';
import { normalGuestSuite } from './normal-guest-suite.ts';

normalGuestSuite(isThorough ? undefined : ['TAP alone, routed by the host', 'hybrid', 'macvtap in mode private']);
