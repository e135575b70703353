// Payloads in, configuration out, beside only parsing or writing as many bytes of JSON.
import { toInterfaceXml } from 'os-vif/libvirt';
import { vifFromNetworkInfo, vifFromPort } from 'os-vif/neutron';
import { row, secondsPerCall } from '../measure.mjs';
import { ENTRY, NETWORK, PORT, SUBNETS } from '../payloads.mjs';

const ROUNDS = 9;
const vif = vifFromPort(PORT, { network: NETWORK, subnets: SUBNETS });
const [portBytes, entryBytes] = [JSON.stringify([PORT, NETWORK, SUBNETS]), JSON.stringify(ENTRY)];
const xml = toInterfaceXml(vif, { virtType: 'kvm' });

const rows = [
  [
    'vifFromPort',
    () => vifFromPort(PORT, { network: NETWORK, subnets: SUBNETS }),
    'JSON.parse',
    () => JSON.parse(portBytes),
  ],
  ['vifFromNetworkInfo', () => vifFromNetworkInfo(ENTRY), 'JSON.parse', () => JSON.parse(entryBytes)],
  [
    'toInterfaceXml',
    () => toInterfaceXml(vif, { virtType: 'kvm' }),
    'JSON.stringify of the text',
    () => JSON.stringify(xml),
  ],
].map(([name, convert, beside, bare]) => {
  const [ours, theirs] = [[], []];
  for (let round = 0; round < ROUNDS; round++) {
    ours.push(secondsPerCall(convert));
    theirs.push(secondsPerCall(bare));
  }
  return row({ name, ours, theirs, beside, as: 'times the time of' });
});
process.send(rows, () => process.disconnect());
