/** The limit of repairs at the same time. */

import { expect, onTestFinished, test, vi } from 'vitest';
import { MemoryHost } from '../../src/host/memory/memory-host.ts';
import { HostPluginInfo } from '../../src/objects/host-info.ts';
import { TapPlugin } from '../../src/plugins/tap-plugin.ts';
import { instance, tapVif } from '../plugins/vifs.ts';
import { idOf, tapOf, watching } from './watched.ts';

/** Its plugs wait while something that they need is away, as those of Open vSwitch wait for ovs-vswitchd. */
class WaitingPlugin extends TapPlugin {
  back: Promise<void> = Promise.resolve();
  running = 0;

  override describe(): HostPluginInfo {
    return new HostPluginInfo({ pluginName: 'waiting', vifInfo: super.describe().vifInfo ?? [] });
  }

  override async plug(...args: Parameters<TapPlugin['plug']>): ReturnType<TapPlugin['plug']> {
    this.running += 1;
    await this.back;
    this.running -= 1;
    return super.plug(...args);
  }
}

test('repairs that wait do not delay those of another plugin', async () => {
  const host = new MemoryHost();
  const waiting = new WaitingPlugin();
  const numbers = Array.from({ length: 40 }, (_, i) => i + 1);
  const held = numbers.map((n) => ({
    vif: tapVif({ id: idOf(n), vifName: `tap${n}`, plugin: 'waiting' }),
    instance: instance(),
  }));
  const { watch, next } = await watching(host, [...held, tapOf(0)], { repair: true }, [new TapPlugin(), waiting]);
  expect(await next(1)).toEqual(['all start']);
  let comeBack = (): void => {};
  waiting.back = new Promise((resolve) => {
    comeBack = resolve;
  });
  onTestFinished(() => comeBack());

  for (const n of [...numbers, 0]) {
    const tap = await host.links.get(`tap${n}`);
    await host.links.delete(tap?.index ?? 0);
  }
  const repaired: string[] = [];
  for await (const event of watch) {
    if (event.type !== 'repaired') continue;
    repaired.push(event.vif.id ?? '');
    if (repaired.length === 1) {
      await vi.waitUntil(() => waiting.running === 16);
      comeBack();
    }
    if (repaired.length === 41) break;
  }
  expect(repaired[0]).toBe(idOf(0));
});
