/** Primitives of os-vif's objects as fast-check makes them up, and the values that they are made of. */
import type fc from 'fast-check';
import type { Primitive } from '../../src/entries/index.ts';
import { arbitraryPrimitive } from '../../src/testing/arbitrary-object.ts';
import { arbitraryValues } from '../../src/testing/arbitrary-values.ts';
import { newestModel } from '../../src/versioned/registry.ts';

/** A primitive of a class: everything that it may say and that is valid. */
export function primitives(name: string): fc.Arbitrary<Primitive> {
  return arbitraryPrimitive(newestModel(name, 'os_vif'));
}

const values = arbitraryValues();
export const macAddresses = textsOf('MACAddress');
export const pciAddresses = textsOf('PCIAddress');
export const ipAddresses = textsOf('IPAddress');
export const ipNetworks = textsOf('IPNetwork');
export const texts = textsOf('String');

function textsOf(type: string): fc.Arbitrary<string> {
  const found = values[type];
  if (found === undefined) throw new Error(`no values of the type ${type}`);
  return found.map(String);
}
