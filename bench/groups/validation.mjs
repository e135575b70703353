// Telling all that is wrong with what others send, beside only parsing it.
import { readFileSync } from 'node:fs';
import { validate } from 'os-vif';
import { validateBinding } from 'os-vif/neutron';
import { row, secondsPerCall } from '../measure.mjs';
import { PORT } from '../payloads.mjs';

const ROUNDS = 9;
const vif = JSON.parse(readFileSync(new URL('../../examples/ovs-vif.json', import.meta.url), 'utf8'));
await validate(vif); // compiles the validator

const rows = [];
for (const [name, payload, check] of [
  ['validate, a VIF with all that hangs on it', vif, () => validate(vif)],
  ['validateBinding, a port of Neutron', PORT, () => validateBinding(PORT)],
]) {
  const bytes = JSON.stringify(payload);
  const [ours, parsing] = [[], []];
  for (let round = 0; round < ROUNDS; round++) {
    ours.push(await secondsPerAwait(check));
    parsing.push(secondsPerCall(() => JSON.parse(bytes)));
  }
  rows.push(
    row({
      name: `${name} (${bytes.length} bytes)`,
      ours,
      theirs: parsing,
      beside: 'JSON.parse',
      as: 'times the time of',
    }),
  );
}
process.send(rows, () => process.disconnect());

async function secondsPerAwait(check) {
  const CALLS = 2000;
  const start = performance.now();
  for (let i = 0; i < CALLS; i++) await check();
  return (performance.now() - start) / 1000 / CALLS;
}
