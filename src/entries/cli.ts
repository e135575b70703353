#!/usr/bin/env node
/** The command `os-vif`. Exports nothing. */

import { run } from '../cli/program.ts';

await run(process.argv);
