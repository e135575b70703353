// Makes an OpenTelemetry span of each operation of os-vif.
import { context, SpanStatusCode, trace } from '@opentelemetry/api';
import { DIAGNOSTICS_CHANNELS, subscribeOperations } from 'os-vif/host';

/** Starts to make spans. Returns a function that stops. */
export function traceOsVif(tracer = trace.getTracer('os-vif')) {
  const spans = new WeakMap();
  return subscribeOperations(DIAGNOSTICS_CHANNELS, {
    start(operation) {
      const { channel, parent, otherParents = [] } = operation;
      // A call of the application becomes a part of the application's own span.
      const around = spans.has(parent) ? trace.setSpan(context.active(), spans.get(parent)) : context.active();
      const links = otherParents
        .filter((other) => spans.has(other))
        .map((other) => ({ context: spans.get(other).spanContext() }));
      spans.set(operation, tracer.startSpan(channel, { attributes: attributesOf(operation), links }, around));
    },
    error(operation) {
      const span = spans.get(operation);
      span?.recordException(operation.error);
      span?.setStatus({ code: SpanStatusCode.ERROR, message: operation.error.message });
    },
    asyncEnd(operation) {
      spans.get(operation)?.end();
    },
  });
}

/** The fields of the message as attributes: `os_vif.element`. */
function attributesOf({ channel, parent, otherParents, ...details }) {
  return Object.fromEntries(Object.entries(details).map(([name, value]) => [`os_vif.${name}`, value]));
}
