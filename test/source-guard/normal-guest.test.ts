import { normalGuestSuite } from './normal-guest-suite.ts';

normalGuestSuite();
