import { context, ROOT_CONTEXT, SpanStatusCode, trace } from '@opentelemetry/api';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { traceOsVif } from '../../examples/opentelemetry/spans.mjs';
import { MemoryHost } from '../../src/host/memory/memory-host.ts';
import { RemoteHost } from '../../src/host/remote/remote-host.ts';
import { OsVif } from '../../src/os-vif.ts';
import { helperOf } from '../host/remote/helper-host.ts';
import { OVS_UNAVAILABLE, openOvsHost } from '../plugins/ovs/ovs-host.ts';
import { tapVif, vifId } from '../plugins/ovs/ovs-vifs.ts';
import { tapVif as genericVif, instance } from '../plugins/vifs.ts';

const NUMBERS = Array.from({ length: 20 }, (_, i) => i + 1);

describe.skipIf(OVS_UNAVAILABLE)('examples/opentelemetry, on the kernel and Open vSwitch', () => {
  test.each(['directly', 'through a helper'])('20 plugs at the same time, %s, have nested spans', async (way) => {
    const { host, server } = await openOvsHost();
    const ovsdb = { connection: server.connection };
    await using used = way === 'directly' ? host : await RemoteHost.connect({ socket: await helperOf(host), ovsdb });
    await using osVif = await OsVif.open({ host: used });
    // The first plug connects to the database and adds the bridge.
    await osVif.plug(tapVif(99), instance());
    const spansOf = startTracing();
    await osVif.plugAll(NUMBERS.map((n) => ({ vif: tapVif(n), instance: instance() })));
    for (const n of NUMBERS) {
      const name = `tap${vifId(n).slice(0, 11)}`;
      // Another plug may overtake a transaction, which is then sent again.
      const tree = treeOf(spansOf(vifId(n))).filter((line) => !line.endsWith('os-vif:transaction'));
      expect(tree).toEqual(way === 'directly' ? directly(name) : throughHelper(name));
    }
  });

  test('a failed plug has the error on its span and on the span of the element', async () => {
    const { host, netns } = await openOvsHost({ withSwitch: false });
    netns.run('ip', 'link', 'add', `tap${vifId(1).slice(0, 11)}`, 'type', 'bridge');
    await using osVif = await OsVif.open({ host });
    const spansOf = startTracing();
    await expect(osVif.plug(tapVif(1), instance())).rejects.toThrow('the name is in use');
    const failed = spansOf(vifId(1)).filter(({ status }) => status.code === SpanStatusCode.ERROR);
    expect(failed.map(({ name }) => name)).toEqual(['os-vif:ensure', 'os-vif:plug']);
    for (const { status, events } of failed) {
      expect(status.message).toContain('the name is in use');
      expect(events.map(({ name }) => name)).toEqual(['exception']);
    }
  });

  test('a request that deletes the devices of several VIFs has a link to each other span', async () => {
    const { host } = await openOvsHost();
    await using osVif = await OsVif.open({ host });
    const attachments = NUMBERS.map((n) => ({ vif: tapVif(n), instance: instance() }));
    await osVif.plugAll(attachments);
    const spansOf = startTracing();
    await osVif.unplugAll(attachments);
    const deletions = spansOf(undefined).filter(({ attributes }) => /^deletion/.test(`${attributes['os_vif.what']}`));
    const linked = deletions.flatMap(({ parentSpanContext, links }) => [
      parentSpanContext?.spanId,
      ...links.map((link) => link.context.spanId),
    ]);
    const removals = NUMBERS.map((n) =>
      spansOf(vifId(n)).find(({ attributes }) => `${attributes['os_vif.element']}`.startsWith('tap ')),
    );
    expect(linked.sort()).toEqual(removals.map((span) => span?.spanContext().spanId).sort());
  });
});

test('examples/opentelemetry: a call is a part of the span of the application', async () => {
  const exporter = new InMemorySpanExporter();
  const tracer = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }).getTracer('test');
  const request = tracer.startSpan('request');
  const active = vi.spyOn(context, 'active').mockReturnValue(trace.setSpan(ROOT_CONTEXT, request));
  onTestFinished(() => active.mockRestore());
  onTestFinished(traceOsVif(tracer));
  await using osVif = await OsVif.open({ host: new MemoryHost() });
  await osVif.check(genericVif(), instance());
  request.end();
  expect(treeOf(exporter.getFinishedSpans())).toEqual([
    'request',
    '  os-vif:check',
    '    os-vif:inspect tap tapdc065497-3c',
  ]);
});

test('examples/opentelemetry: the program prints nested spans', async () => {
  const log = vi.spyOn(console, 'log').mockImplementation(() => {});
  onTestFinished(() => log.mockRestore());
  await import(new URL('../../examples/opentelemetry/opentelemetry.mjs', import.meta.url).href);
  expect(log.mock.calls.map((words) => words.join(' '))).toEqual([
    'os-vif:plug linux_bridge',
    '  os-vif:ensure bridge brqb82c1929-05',
    '  os-vif:ensure port eth0',
    '  os-vif:ensure forward-rule brqb82c1929-05',
  ]);
});

function directly(name: string): string[] {
  return [
    'os-vif:plug',
    `  os-vif:ensure tap ${name}`,
    `    os-vif:netlink configuration of ${name}`,
    `  os-vif:ensure ovs-bridge br-int, ovs-port ${name}`,
    '    os-vif:ovsdb a transaction',
    `    os-vif:ovsdb waiting for ovs-vswitchd to open port ${name}`,
    `    os-vif:netlink look-up of ${name}`,
  ];
}

function throughHelper(name: string): string[] {
  return [
    'os-vif:plug',
    `  os-vif:ensure tap ${name}`,
    '    os-vif:helper sysctl.get',
    '    os-vif:helper links.create',
    `  os-vif:ensure ovs-bridge br-int, ovs-port ${name}`,
    '    os-vif:ovsdb a transaction',
    `    os-vif:ovsdb waiting for ovs-vswitchd to open port ${name}`,
    '    os-vif:helper links.get',
  ];
}

/** Starts to trace until the end of the test. Returns the spans of a VIF, or all spans. */
function startTracing(): (vif: string | undefined) => ReadableSpan[] {
  const exporter = new InMemorySpanExporter();
  const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  onTestFinished(traceOsVif(provider.getTracer('os-vif')));
  return (vif) =>
    exporter.getFinishedSpans().filter(({ attributes }) => vif === undefined || attributes['os_vif.vif'] === vif);
}

/** One line for each span, below its parent, in the order in which they began. */
function treeOf(spans: readonly ReadableSpan[], parent?: string, indentation = ''): string[] {
  return spans
    .filter(({ parentSpanContext }) => parentSpanContext?.spanId === parent)
    .sort((a, b) => a.startTime[0] - b.startTime[0] || a.startTime[1] - b.startTime[1])
    .flatMap((span) => [indentation + labelOf(span), ...treeOf(spans, span.spanContext().spanId, `${indentation}  `)]);
}

function labelOf({ name, attributes }: ReadableSpan): string {
  const detail = ['element', 'what', 'verb'].map((field) => attributes[`os_vif.${field}`]).find(Boolean);
  return detail === undefined ? name : `${name} ${detail}`;
}
