/** A normal guest on the guest's kernel, behind one device for each hook. */

import { normalGuestSuite } from '../../source-guard/normal-guest-suite.ts';

normalGuestSuite(['TAP in a Linux bridge', 'macvtap in mode bridge']);
