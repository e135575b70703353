/** Prints the times that the command takes to read YAML of several sizes. */

import { timesOf } from '../limits/cpu-time.ts';
import { YAML_CASES } from '../limits/yaml-cases.ts';

process.stdout.write(JSON.stringify(YAML_CASES.map((each) => [each.name, timesOf(each)])));
