// The guest as a virtual machine: examples/virtual-machine.mjs.
import { prepareGuestKernel } from '../../scripts/libvirt/kernel.mjs';
import { startMachine } from '../virtual-machine.mjs';

/** `hostNs`: the network namespace of the host, which has the TAP. `mtu`: in bytes. */
export async function startGuest(hostNs, { tap, mac, mtu }) {
  return startMachine(hostNs, await prepareGuestKernel(), [{ device: tap, mac, mtu }]);
}
