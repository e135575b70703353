/** Prints by how many bytes the heap grows when the model reads much outside data. */

import { ipAddress, ipNetwork, VersionedObject, validate } from '../../src/entries/index.ts';
import { validateBinding } from '../../src/entries/neutron.ts';
import { port } from '../neutron/ports.ts';

const CALLS = 100_000;
const LONG_CALLS = 200;
/** One such value that stays in memory exceeds what a test allows. */
const LONG = 8 * 2 ** 20;

const address = (i: number) => `2001:db8::${(i >> 16).toString(16)}:${(i & 0xffff).toString(16)}`;
const long = (i: number) => `${i}`.padEnd(LONG, '0');
const subnet = (data: object) => ({
  'versioned_object.name': 'Subnet',
  'versioned_object.namespace': 'os_vif',
  'versioned_object.version': '1.0',
  'versioned_object.data': data,
});

const CASES: readonly [string, number, (i: number) => unknown][] = [
  ['addresses', CALLS, (i) => ipAddress().coerce(address(i))],
  ['networks', CALLS, (i) => ipNetwork().coerce(`${address(i)}/064`)],
  ['long texts in place of addresses', LONG_CALLS, (i) => ipNetwork().coerce(`10.0.0.0/${long(i)}`)],
  ['primitives that are read', CALLS, (i) => VersionedObject.fromPrimitive(subnet({ dns: [address(i)] }))],
  ['primitives that are validated', CALLS, (i) => validate(subnet({ dns: [address(i)] }))],
  ['wrong primitives that are validated', LONG_CALLS, (i) => validate(subnet({ dns: [long(i)], [long(i)]: 1 }))],
  ['wrong ports', LONG_CALLS, (i) => validateBinding(port({ 'binding:vif_type': long(i), [long(i)]: 1 }))],
];

async function repeat(count: number, call: (i: number) => unknown): Promise<void> {
  for (let i = 0; i < count; i++) {
    try {
      await call(i);
    } catch {
      // Refused.
    }
  }
}

async function heapUsed(): Promise<number> {
  // The stack of a call that has just ended can still hold its input.
  await new Promise((resolve) => setImmediate(resolve));
  globalThis.gc?.();
  await new Promise((resolve) => setImmediate(resolve));
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}

const grown: Record<string, number> = {};
for (const [name, count, call] of CASES) {
  // The first calls compile the code.
  await repeat(3, call);
  const before = await heapUsed();
  await repeat(count, call);
  grown[name] = (await heapUsed()) - before;
}
process.stdout.write(JSON.stringify(grown));
