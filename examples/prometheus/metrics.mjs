// Counts and times the operations of os-vif for Prometheus.

import { DIAGNOSTICS_CHANNELS, subscribeOperations } from 'os-vif/host';
import { Counter, Histogram, register } from 'prom-client';

/** Starts to measure. Returns a function that stops. */
export function measureOsVif(registry = register) {
  const durations = new Histogram({
    name: 'os_vif_operation_duration_seconds',
    help: 'Duration of operations of os-vif, failed ones included.',
    // Without the VIF and the element: each new value of a label would be a new time series.
    labelNames: ['operation'],
    buckets: [0.0005, 0.002, 0.01, 0.05, 0.2, 1, 5, 30],
    registers: [registry],
  });
  const failures = new Counter({
    name: 'os_vif_operation_failures_total',
    help: 'Failed operations of os-vif.',
    labelNames: ['operation', 'code'],
    registers: [registry],
  });
  return subscribeOperations(DIAGNOSTICS_CHANNELS, {
    error: ({ channel, error }) => failures.inc({ operation: nameOf(channel), code: error?.code ?? 'none' }),
    asyncEnd: ({ channel, duration }) => durations.observe({ operation: nameOf(channel) }, duration / 1000),
  });
}

function nameOf(channel) {
  return channel.replace('os-vif:', '');
}
