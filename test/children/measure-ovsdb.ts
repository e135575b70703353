/** Prints the times that the OVSDB client takes for input of several sizes. */

import { timesOfAll } from '../limits/cpu-time.ts';
import { OVSDB_CASES } from '../limits/ovsdb-cases.ts';

process.stdout.write(JSON.stringify(await timesOfAll(OVSDB_CASES, { first: 1, repeated: 3 })));
