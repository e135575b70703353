// Listens on an address or on a Unix socket.
import { rm } from 'node:fs/promises';
import { connect } from 'node:net';

export async function listen(app, address) {
  try {
    await app.listen(address);
  } catch (error) {
    if (error.code !== 'EADDRINUSE' || address.path === undefined || !(await isStale(address.path))) throw error;
    await rm(address.path);
    await app.listen(address);
  }
}

/** A process that was killed leaves its socket behind. The kernel then refuses connections. */
function isStale(path) {
  return new Promise((resolve) => {
    const probe = connect(path);
    probe.on('connect', () => {
      probe.destroy();
      resolve(false);
    });
    probe.on('error', (error) => resolve('code' in error && error.code === 'ECONNREFUSED'));
  });
}
