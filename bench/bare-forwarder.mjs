// A host in another process, without anything that a helper adds: no checks, no limits, no
// deadlines, one client. It shows what the way to another process takes. As a program
// (`bare-forwarder.mjs SOCKET`), this file is that process.
import { connect, createServer } from 'node:net';
import { pathToFileURL } from 'node:url';
import { LinuxHost } from 'os-vif/host';

/**
 * The messages in a chunk. No message of the benchmark is so long that it comes in several chunks.
 */
const linesOf = (chunk) =>
  chunk
    .toString()
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
const lineOf = (message) => `${JSON.stringify(message)}\n`;

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const host = await LinuxHost.open();
  createServer((client) => {
    client.on('data', (chunk) => {
      for (const { id, group, method, args } of linesOf(chunk))
        host[group][method](...args).then(
          (value) => client.write(lineOf({ id, value })),
          ({ message }) => client.write(lineOf({ id, error: message })),
        );
    });
  }).listen(process.argv[2]);
}

/** A host whose methods ask that process. */
export function forwardedHost(socket) {
  const server = connect(socket);
  const waiting = new Map();
  let last = 0;
  server.on('data', (chunk) => {
    for (const { id, value, error } of linesOf(chunk)) {
      const { resolve, reject } = waiting.get(id);
      waiting.delete(id);
      if (error === undefined) resolve(value);
      else reject(new Error(error));
    }
  });
  const ask = (group, method, args) =>
    new Promise((resolve, reject) => {
      waiting.set(++last, { resolve, reject });
      // JSON has no undefined, and `null` is another value.
      const given = args.slice(0, args.findLastIndex((arg) => arg !== undefined) + 1);
      server.write(lineOf({ id: last, group, method, args: given }));
    });
  const groupOf = (group) =>
    new Proxy(
      {},
      {
        get:
          (_, method) =>
          (...args) =>
            ask(group, method, args),
      },
    );
  const groups = ['links', 'addressing', 'sysctl', 'filter', 'ingress', 'guards', 'pci'];
  return { ...Object.fromEntries(groups.map((group) => [group, groupOf(group)])), close: async () => server.destroy() };
}
