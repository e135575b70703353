import { MemoryHost } from '../../../src/host/memory/memory-host.ts';
import { hostSuite } from '../host-suite.ts';

hostSuite('MemoryHost', async () => new MemoryHost());
