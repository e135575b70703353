import type { Registry } from 'prom-client';

/** Starts to measure. Returns a function that stops. */
export function measureOsVif(registry?: Registry): () => void;
