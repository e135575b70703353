import { MemoryHost } from '../../../src/host/memory/memory-host.ts';
import { changesSuite } from '../changes-suite.ts';
import { earlyGuardSuite, guardSuite } from '../guard-suite.ts';
import { hostSuite } from '../host-suite.ts';
import { networkSuite } from '../network-suite.ts';
import { stackedSuite } from '../stacked-suite.ts';

hostSuite('MemoryHost: links', async () => new MemoryHost());
networkSuite('MemoryHost: everything else', async () => new MemoryHost());
guardSuite('MemoryHost: source guards', async () => new MemoryHost());
earlyGuardSuite('MemoryHost', async () => new MemoryHost());
changesSuite('MemoryHost: changes', async () => new MemoryHost());
stackedSuite('MemoryHost: devices on devices', async () => new MemoryHost());
