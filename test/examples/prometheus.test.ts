import { type MetricValue, Registry, register } from 'prom-client';
import { expect, onTestFinished, test, vi } from 'vitest';
import { measureOsVif } from '../../examples/prometheus/metrics.mjs';
import { LinuxHost } from '../../src/host/linux/linux-host.ts';
import { OsVif } from '../../src/os-vif.ts';
import { makeNetns, NETNS_UNAVAILABLE } from '../host/netns.ts';
import { instance, tapVif } from '../plugins/vifs.ts';

test.skipIf(NETNS_UNAVAILABLE)('examples/prometheus: operations are counted and timed, failures by code', async () => {
  const netns = await makeNetns();
  await using host = await LinuxHost.open({ netns: netns.path });
  await using osVif = await OsVif.open({ host });
  const registry = new Registry();
  onTestFinished(measureOsVif(registry));
  await osVif.plug(tapVif(), instance());
  await osVif.plug(tapVif(), instance());
  await osVif.unplug(tapVif(), instance());
  netns.run('ip', 'link', 'add', 'tapdc065497-3c', 'type', 'bridge');
  await osVif.plug(tapVif(), instance()).catch(() => {});

  const durations = await valuesOf(registry, 'os_vif_operation_duration_seconds');
  const counts = durations.filter(({ metricName }) => metricName?.endsWith('_count'));
  expect(counts.filter(({ labels }) => /plug/.test(`${labels.operation}`)).map(labelsAndValue)).toEqual([
    [{ operation: 'plug' }, 3],
    [{ operation: 'unplug' }, 1],
  ]);
  const sumOf = (name: string) =>
    durations.find(({ metricName, labels }) => metricName?.endsWith('_sum') && labels.operation === name)?.value ?? 0;
  expect(sumOf('plug')).toBeGreaterThan(sumOf('ensure'));
  const failures = await valuesOf(registry, 'os_vif_operation_failures_total');
  expect(failures.map(labelsAndValue)).toEqual([
    [{ operation: 'ensure', code: 'ERR_OSVIF_FOREIGN_LINK' }, 1],
    [{ operation: 'plug', code: 'ERR_OSVIF_PLUG' }, 1],
  ]);
});

test('examples/prometheus: the program prints the metrics of three plugs', async () => {
  const log = vi.spyOn(console, 'log').mockImplementation(() => {});
  onTestFinished(() => {
    log.mockRestore();
    register.clear();
  });
  await import(new URL('../../examples/prometheus/prometheus.mjs', import.meta.url).href);
  const printed = log.mock.calls.flat().join('\n');
  expect(printed).toContain('os_vif_operation_duration_seconds_count{operation="plug"} 3');
  expect(printed).toContain('os_vif_operation_failures_total{operation="plug",code="ERR_OSVIF_PLUG"} 1');
});

/** The values of a metric. Those of a histogram name their part in `metricName`. */
async function valuesOf(registry: Registry, name: string): Promise<readonly NamedValue[]> {
  const metric = await registry.getSingleMetric(name)?.get();
  return metric?.values ?? [];
}

interface NamedValue extends MetricValue<string> {
  readonly metricName?: string;
}

function labelsAndValue({ labels, value }: NamedValue): readonly [unknown, number] {
  return [labels, value];
}
