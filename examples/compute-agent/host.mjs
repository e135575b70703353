// The host of the agent: the kernel, or a helper that has the privileges.
import { LinuxHost, RemoteHost, subscribeOperations } from 'os-vif/host';

export async function openHost({ netns, ovsdb: connection, helper }) {
  const ovsdb = connection === undefined ? {} : { ovsdb: { connection } };
  if (helper !== undefined) return RemoteHost.connect({ socket: helper, ...ovsdb });
  return LinuxHost.open({ ...(netns !== undefined && { netns }), ...ovsdb });
}

/** A RemoteHost does not connect again: the agent ends, and its next start makes the host what it should be. */
export function onHelperLost(listener) {
  return subscribeOperations(['os-vif:disconnect'], {
    error: ({ service, error }) => service === 'helper' && listener(error),
  });
}
