import type { Tracer } from '@opentelemetry/api';

/** Starts to make spans. Returns a function that stops. */
export function traceOsVif(tracer?: Tracer): () => void;
