/** Prints the times that the OVSDB client takes for input of several sizes. */

import { timesOf } from '../limits/cpu-time.ts';
import { OVSDB_CASES } from '../limits/ovsdb-cases.ts';

process.stdout.write(JSON.stringify(OVSDB_CASES.map((each) => [each.name, timesOf(each)])));
