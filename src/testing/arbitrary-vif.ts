/** Generates random VIFs with fast-check. */

import type { Arbitrary } from 'fast-check';
import { type OptionKinds, requireOptions } from '../errors/argument.ts';
import { FUNCTION, OBJECT } from '../errors/value-kinds.ts';
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

/** Options of random VIFs. */
export interface ArbitraryVIFOptions<T extends VIFBase> extends ArbitraryOptions<T> {
  /** The class of the VIFs. Default: all classes of os-vif. */
  readonly class?: ObjectClass<T>;
}

/**
 * Random VIFs of all classes, with networks and port profiles of all classes. Each field is sometimes unset.
 * `class` selects one class, `set` sets fixed values, and `types` replaces arbitraries.
 *
 * @throws MissingFastCheckError if fast-check is not installed
 */
export function arbitraryVIF<T extends VIFBase>(
  options: ArbitraryVIFOptions<T> & { readonly class: ObjectClass<T> },
): Arbitrary<T>;
export function arbitraryVIF(options?: ArbitraryVIFOptions<VIFBase>): Arbitrary<VIFBase>;
export function arbitraryVIF(options: ArbitraryVIFOptions<VIFBase> = {}): Arbitrary<VIFBase> {
  requireOptions('arbitraryVIF', options, OPTIONS);
  const classes: readonly ObjectClass<VIFBase>[] = options.class === undefined ? CLASSES : [options.class];
  return fastCheck().oneof(...classes.map((objectClass) => arbitraryObject(objectClass, options)));
}

const OPTIONS: OptionKinds<ArbitraryVIFOptions<VIFBase>> = { set: OBJECT, types: OBJECT, class: FUNCTION };

const CLASSES = [VIFBase, VIFGeneric, VIFBridge, VIFOpenVSwitch, VIFDirect, VIFVHostUser, VIFHostDevice, VIFNestedDPDK];
