/** VIFs as fast-check makes them up. */
import type { Arbitrary } from 'fast-check';
import {
  VIFBase,
  VIFBridge,
  VIFDirect,
  VIFGeneric,
  VIFHostDevice,
  VIFNestedDPDK,
  VIFOpenVSwitch,
  VIFVHostUser,
} from '../objects/vif.ts';
import type { ObjectClass } from '../versioned/object-class.ts';
import { type ArbitraryOptions, arbitraryObject } from './arbitrary-object.ts';
import { fastCheck } from './fast-check.ts';

/** Which VIFs, and how they are made up. */
export interface ArbitraryVIFOptions<T extends VIFBase> extends ArbitraryOptions<T> {
  /** Only VIFs of this class; default: of any class of os-vif's. */
  readonly class?: ObjectClass<T>;
}

/**
 * VIFs for fast-check: of any class, each field sometimes unset, networks and port profiles of every kind. `class` narrows it, `set` gives
 * every VIF some values, `types` says which texts there are.
 *
 * @throws MissingFastCheckError where fast-check is not installed
 */
export function arbitraryVIF<T extends VIFBase>(
  options: ArbitraryVIFOptions<T> & { readonly class: ObjectClass<T> },
): Arbitrary<T>;
export function arbitraryVIF(options?: ArbitraryVIFOptions<VIFBase>): Arbitrary<VIFBase>;
export function arbitraryVIF(options: ArbitraryVIFOptions<VIFBase> = {}): Arbitrary<VIFBase> {
  const classes: readonly ObjectClass<VIFBase>[] = options.class === undefined ? CLASSES : [options.class];
  return fastCheck().oneof(...classes.map((objectClass) => arbitraryObject(objectClass, options)));
}

const CLASSES = [VIFBase, VIFGeneric, VIFBridge, VIFOpenVSwitch, VIFDirect, VIFVHostUser, VIFHostDevice, VIFNestedDPDK];
