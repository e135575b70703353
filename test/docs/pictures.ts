/** Pictures in docs, drawn of what the page's own sample has plugged. */

import { basename } from 'node:path';
import { expect, vi } from 'vitest';
import { InstanceInfo, VIFBase } from '../../src/entries/index.ts';
import { type Graph, toSvg } from '../../src/entries/picture.ts';
import { OsVif } from '../../src/os-vif.ts';
import { blocksOf, type SampleFolder } from './pages.ts';

/** Holds the picture of the page against what it should be; `npm run pictures` draws it anew. */
export async function pictureOf(page: string, folder: SampleFolder): Promise<Graph> {
  const { osVif, vif, instance } = await plugged(page, folder);
  const graph = await osVif.graph(vif, instance);
  await expect(await toSvg(graph, { direction: 'down' })).toMatchFileSnapshot(
    `../../docs/pictures/${basename(page, '.md')}.svg`,
  );
  return graph;
}

interface Plugged {
  readonly osVif: OsVif;
  readonly vif: VIFBase;
  readonly instance: InstanceInfo;
}

/** The VIF that the page's first sample has plugged, whose, and by whom. */
export async function plugged(page: string, folder: SampleFolder): Promise<Plugged> {
  const [code = ''] = blocksOf(page, 'ts');
  const log = vi.spyOn(console, 'log').mockImplementation(() => {});
  try {
    const { osVif, vif, instance } = await folder.run(`${code}\nexport { osVif, vif, instance };`);
    if (osVif instanceof OsVif && vif instanceof VIFBase && instance instanceof InstanceInfo) {
      return { osVif, vif, instance };
    }
  } finally {
    log.mockRestore();
  }
  throw new TypeError(`the first sample of ${page} has no osVif, vif and instance`);
}
