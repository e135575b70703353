// Prints the spans of a plug. Run after `npm run build`: node
// examples/opentelemetry/opentelemetry.mjs
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { InstanceInfo, Network, VIFBridge } from 'os-vif';
import { MemoryHost, OsVif } from 'os-vif/host';
import { traceOsVif } from './spans.mjs';

const exporter = new InMemorySpanExporter();
const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
const stop = traceOsVif(provider.getTracer('os-vif'));

const host = new MemoryHost();
await host.links.create({ kind: 'veth', name: 'eth0', peer: { name: 'far0' } });
const osVif = await OsVif.open({ host });
const vif = new VIFBridge({
  id: 'dc065497-3c8d-4f44-8fb4-e1d33c16a536',
  plugin: 'linux_bridge',
  vifName: 'tapdc065497-3c',
  bridgeName: 'brqb82c1929-05',
  network: new Network({ bridge: 'brqb82c1929-05', shouldProvideBridge: true, bridgeInterface: 'eth0' }),
});
await osVif.plug(vif, new InstanceInfo({ name: 'instance-0000000a' }));
await osVif.close();
stop();

const spans = exporter.getFinishedSpans();
printBelow(undefined, '');

function printBelow(parentId, indentation) {
  for (const span of spans.filter((each) => each.parentSpanContext?.spanId === parentId)) {
    console.log(indentation + span.name, span.attributes['os_vif.element'] ?? span.attributes['os_vif.plugin']);
    printBelow(span.spanContext().spanId, `${indentation}  `);
  }
}
