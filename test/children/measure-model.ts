/**
 * Prints the times that the functions of the model take for input of several sizes.
 * An argument limits this to the cases whose name contains it.
 */

import { timesOfAll } from '../limits/cpu-time.ts';
import { casesOf } from '../limits/model-cases.ts';

process.stdout.write(JSON.stringify(await timesOfAll(casesOf(process.argv[2]))));
