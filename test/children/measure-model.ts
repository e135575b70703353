/** Prints the times that the functions of the model take for input of several sizes. */

import { timesOfAll } from '../limits/cpu-time.ts';
import { MODEL_CASES } from '../limits/model-cases.ts';

process.stdout.write(JSON.stringify(await timesOfAll(MODEL_CASES)));
