/** Frames of a guest through every guarded device, on the guest's kernel. */

import '../../source-guard/replacement.test.ts';
import '../../source-guard/traffic.test.ts';
