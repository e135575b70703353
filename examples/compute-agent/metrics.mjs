// The metrics of the agent: its ports and events, the operations of os-vif, and Node.js.
import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { measureOsVif } from '../prometheus/metrics.mjs';

const STATES = ['plugged', 'drifted', 'failed', 'leaving'];

/** `listPorts` returns the ports at the time of a scrape. */
export function openMetrics(listPorts) {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const stop = measureOsVif(registry);
  new Gauge({
    name: 'compute_agent_ports',
    help: 'Ports of the agent by state.',
    labelNames: ['state'],
    registers: [registry],
    collect() {
      for (const state of STATES) this.set({ state }, listPorts().filter((port) => port.state === state).length);
    },
  });
  const events = new Counter({
    name: 'compute_agent_watch_events_total',
    help: 'Events of the watch by type.',
    labelNames: ['type'],
    registers: [registry],
  });
  return { registry, countEvent: ({ type }) => events.inc({ type }), stop };
}
