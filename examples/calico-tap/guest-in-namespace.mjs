// The guest as a network namespace. This process passes the frames of its NIC on, as QEMU would.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { LinuxHost } from 'os-vif/host';
import { joinNics } from './guest-nic.mjs';

/** `hostNs`: the network namespace of the host, which has the TAP. `mtu`: in bytes. */
export async function startGuest(hostNs, { tap, mac, mtu }) {
  const netns = `${hostNs}-guest`;
  await ip('netns', 'add', netns);
  let leave;
  try {
    const guest = await LinuxHost.open({ netns });
    await guest.links.create({ kind: 'tap', name: 'eth0', mac, mtu, up: true });
    await guest.close();
    leave = await joinNics({ netns: hostNs, name: tap }, { netns, name: 'eth0' });
  } catch (error) {
    await ip('netns', 'del', netns);
    throw error;
  }
  return {
    /** Runs a line of a shell and resolves to its output. */
    run: (line) => ip('netns', 'exec', netns, 'sh', '-c', `{ ${line}; } 2>&1 || true`),
    end: async () => {
      leave();
      await ip('netns', 'del', netns);
    },
  };
}

async function ip(...args) {
  return (await promisify(execFile)('ip', args)).stdout;
}
