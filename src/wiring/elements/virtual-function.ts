/**
 * The settings that a physical function enforces on one of its virtual functions. The guest that uses the
 * virtual function cannot change these settings.
 */

import { MissingLinkError, NotOwnedError } from '../../errors/link.ts';
import { requireMac, requireVirtualFunction } from '../../host-contract/link-values.ts';
import type { VirtualFunction, VirtualFunctionSettings } from '../../host-contract/links.ts';
import { findDevice, requireDevice } from '../devices/existing-device.ts';
import {
  type FunctionPlace,
  ownerConflict,
  ownRecords,
  recordedMacs,
  recordOwner,
  removeFormerRecords,
  restoreFunction,
} from '../devices/function-owner.ts';
import { defineElement } from './define-element.ts';
import type { Drift, ElementContext } from './verbs.ts';

export interface VirtualFunctionElement extends VirtualFunctionSettings {
  readonly kind: 'virtual-function';
  /** PCI address of the virtual function. */
  readonly name: string;
  /**
   * A PCI function that is not a virtual function is accepted if the element has no VLAN. Such a function has
   * no settings to change.
   */
  readonly optional?: boolean;
}

export const virtualFunction = defineElement<VirtualFunctionElement>({
  kind: 'virtual-function',

  validate(element) {
    requireDevice({ pciAddress: element.name });
    requireVirtualFunction(element.name, element);
    if (element.mac !== undefined) requireMac(element.name, element.mac);
  },

  async ensure(element, context) {
    const place = await placeOf(element, context);
    if (place === undefined) return refuseVlan(element);
    const reason = ownerConflict(place, context);
    if (reason !== undefined) throw new NotOwnedError(`virtual-function ${element.name}: ${reason}`);
    const { links } = context.host;
    const have = await readFunction(place, context);
    await recordOwner(place, element, have, context);
    const changed = changesFor(element, have);
    if (Object.keys(changed).length > 0) {
      // The driver may accept some settings and then refuse the others, so the undo is noted before the
      // change.
      const old = before(changed, have);
      if (Object.keys(old).length > 0) context.undoable(() => restore(place, old, context));
      await links.changeVirtualFunction(place.physical.index, place.number, changed);
    }
    await removeFormerRecords(place, element, context);
  },

  /**
   * Restores the settings that the driver reported before the plug.
   * A function that this VIF does not own is not changed.
   */
  async remove(_, context) {
    for (const [physical, record] of await ownRecords(context)) await restoreFunction(physical, record, context.host);
  },

  async inspect(element, context) {
    const place = await placeOf({ ...element, optional: true }, context);
    if (place === undefined) return element.optional && !element.vlan ? [] : [{ type: 'missing', on: element.name }];
    const reason = ownerConflict(place, context);
    if (reason !== undefined) return [{ type: 'conflict', on: element.name, reason }];
    const have = await readFunction(place, context);
    const owner = ownerDrifts(element, recordedMacs(place, context), context);
    const settings = Object.entries(changesFor(element, have)).map(
      ([property, want]): Drift => ({
        type: 'differs',
        on: element.name,
        property,
        want,
        have: Reflect.get(have, property),
      }),
    );
    return [...owner, ...settings];
  },

  draw({ name, mac, vlan, trust, spoofCheck }) {
    const facts = [
      ...(mac ? [mac] : []),
      ...(vlan ? [`VLAN ${vlan}`] : []),
      ...(trust ? ['trusted'] : []),
      ...(spoofCheck ? ['spoof check'] : []),
    ];
    return { nodes: [{ place: 'function', name, group: 'own', facts }] };
  },
});

/**
 * Lists the drifts of the owner's record. Several MAC addresses are recorded only if a plug was killed while
 * it changed the address.
 */
function ownerDrifts(
  { name: on, mac }: VirtualFunctionElement,
  recorded: readonly (string | undefined)[],
  { owner }: ElementContext,
): Drift[] {
  if (recorded.length === 0) return [{ type: 'differs', on, property: 'owner', want: owner, have: undefined }];
  const want = mac?.toLowerCase();
  if (recorded.length === 1 && recorded[0] === want) return [];
  return [{ type: 'differs', on, property: 'recorded mac', want, have: recorded.join(', ') }];
}

/** Restores the settings. A setting that the failed request did not change is skipped. */
async function restore(place: FunctionPlace, old: VirtualFunctionSettings, context: ElementContext): Promise<void> {
  const changed = changesFor(old, await readFunction(place, context));
  if (Object.keys(changed).length === 0) return;
  await context.host.links.changeVirtualFunction(place.physical.index, place.number, changed);
}

async function placeOf(
  { name, optional }: VirtualFunctionElement,
  context: ElementContext,
): Promise<FunctionPlace | undefined> {
  const physical = await context.host.pci.physicalFunctionOf(name);
  if (physical === undefined) {
    if (optional) return undefined;
    throw new MissingLinkError(`of the physical function of ${name}`, `virtual-function ${name}`);
  }
  const device = await findDevice({ pciAddress: physical.address }, context, `virtual-function ${name}`);
  return { physical: device, number: physical.number };
}

/** Reads the settings of the function from its driver. Only the number if the driver reports nothing. */
async function readFunction({ physical, number }: FunctionPlace, { host }: ElementContext): Promise<VirtualFunction> {
  return (await host.links.virtualFunctions(physical.index)).find((found) => found.number === number) ?? { number };
}

function changesFor(
  { mac, vlan, trust, spoofCheck }: VirtualFunctionSettings,
  have: VirtualFunctionSettings,
): VirtualFunctionSettings {
  return {
    ...(mac !== undefined && mac.toLowerCase() !== have.mac && { mac: mac.toLowerCase() }),
    ...(vlan !== undefined && vlan !== have.vlan && { vlan }),
    ...(trust !== undefined && trust !== have.trust && { trust }),
    ...(spoofCheck !== undefined && spoofCheck !== have.spoofCheck && { spoofCheck }),
  };
}

/** Returns the old values of the changed settings. */
function before(changed: VirtualFunctionSettings, have: VirtualFunctionSettings): VirtualFunctionSettings {
  return Object.fromEntries(
    Object.keys(changed).flatMap((key) =>
      Reflect.get(have, key) === undefined ? [] : [[key, Reflect.get(have, key)]],
    ),
  );
}

function refuseVlan({ name, vlan }: VirtualFunctionElement): void {
  if (vlan)
    throw new MissingLinkError(`of the physical function of ${name}`, `virtual-function ${name}, for VLAN ${vlan},`);
}
