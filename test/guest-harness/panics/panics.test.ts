import { writeFileSync } from 'node:fs';
import { test } from 'vitest';

test('the kernel panics', () => writeFileSync('/proc/sysrq-trigger', 'c'));
