/** A normal guest behind every guarded device, on the guest's kernel. */

import '../../source-guard/normal-guest.test.ts';
