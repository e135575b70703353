// What it saves to delete devices together: unplugAll beside one unplug after the other, on TAPs in a network namespace of its own.
import { InstanceInfo, VIFGeneric } from 'os-vif';
import { LinuxHost, OsVif } from 'os-vif/host';
import { enterNetns, median } from './ovsdb-host.mjs';

enterNetns();

const ROUNDS = 5;
const VIFS = 20;
const instance = new InstanceInfo({ name: 'guest-1' });
const attachments = Array.from({ length: VIFS }, (_, i) => ({
  vif: new VIFGeneric({
    id: `00000000-0000-4000-8000-${String(i).padStart(12, '0')}`,
    plugin: 'tap',
    vifName: `tap${i}`,
  }),
  instance,
}));

const host = await LinuxHost.open();
const osVif = await OsVif.open({ host });

async function msPerVif(unplug) {
  await osVif.plugAll(attachments);
  const start = performance.now();
  await unplug();
  return (performance.now() - start) / VIFS;
}

const rounds = [];
for (let round = 0; round < ROUNDS; round++) {
  const alone = await msPerVif(async () => {
    for (const { vif } of attachments) await osVif.unplug(vif, instance);
  });
  const together = await msPerVif(() => osVif.unplugAll(attachments));
  rounds.push({ alone, together, ratio: alone / together });
}
await osVif.close();
await host.close();

const figure = (key) => median(rounds.map((round) => round[key])).toFixed(1);
console.log(`\nUnplugging ${VIFS} TAPs, ms a VIF, median of ${ROUNDS} rounds\n`);
console.table([{ 'one by one': figure('alone'), together: figure('together'), ratio: `${figure('ratio')} x` }]);
