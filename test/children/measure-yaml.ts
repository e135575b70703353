/** Prints the times that the command takes to read YAML of several sizes. */

import { timesOfAll } from '../limits/cpu-time.ts';
import { YAML_CASES } from '../limits/yaml-cases.ts';

process.stdout.write(JSON.stringify(await timesOfAll(YAML_CASES, { first: 1, repeated: 3 })));
