// Many plugs and unplugs in one process: memory and file descriptors stay level, and the event loop is never held for long.
import { LinuxHost, OsVif } from 'os-vif/host';
import { instance, VIFS, vifOf } from './kinds.mjs';
import { observe } from './observe.mjs';
import { level, watchLoop } from './pulse.mjs';

const KINDS = new Set(['tap', 'macvtap', 'createPort', 'createTap', 'hybrid']);
/** How much a process may have grown since the first tenth of the cycles: bytes, and descriptors. */
const GROWTH = { heap: 5 * 1024 * 1024, descriptors: 0 };
const STEPS = 10;

/** Returns whether it stayed level. A cycle is one plug and one unplug. */
export async function runCycles({ connection, ...host }, { cycles }) {
  const linux = await LinuxHost.open({ ovsdb: { connection } });
  const osVif = await OsVif.open({ host: linux });
  const attachments = VIFS.flatMap((kind, n) => (KINDS.has(kind) ? [{ vif: vifOf(n), instance }] : []));
  console.log(`${cycles} cycles, ${attachments.length} VIFs at a time\n`);
  const rows = [];
  const loop = watchLoop();
  let done = 0;
  for (let step = 1; step <= STEPS; step++) {
    loop.reset();
    const start = performance.now();
    const before = done;
    while (done < (cycles * step) / STEPS) {
      await osVif.plugAll(attachments);
      await osVif.unplugAll(attachments);
      done += attachments.length;
    }
    const perCycle = (performance.now() - start) / (done - before);
    const longest = loop.longest();
    rows.push({ cycles: done, perCycle, ...longest, ...(await level()) });
  }
  loop.stop();
  const { links, rows: ports } = observe(host);
  await osVif.close();
  await linux.close();
  return report(
    rows,
    [...links.values(), ...ports.values()].filter(({ alias, owner }) => alias || owner),
  );
}

function report(rows, left) {
  const mb = (bytes) => (bytes / 1024 / 1024).toFixed(2);
  console.table(
    rows.map(({ cycles, perCycle, heap, rss, descriptors, ran, held, late }) => ({
      cycles,
      'ms a cycle': perCycle.toFixed(1),
      'heap after gc, MB': mb(heap),
      'resident, MB': mb(rss),
      descriptors,
      'loop held by computing, ms': ran.toFixed(1),
      'and by sleep': held.toFixed(1),
      'and by others': late.toFixed(1),
    })),
  );
  const [first, last] = [rows[0], rows.at(-1)];
  const grown = Object.entries(GROWTH).filter(([key, most]) => last[key] - first[key] > most);
  for (const [key] of grown) console.error(`Not level: ${key} went from ${first[key]} to ${last[key]}`);
  for (const { name } of left) console.error(`Left on the host: ${name}`);
  return grown.length === 0 && left.length === 0;
}
