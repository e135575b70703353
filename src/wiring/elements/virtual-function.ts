/** What a physical function enforces of one of its virtual functions: the guest that has it can't change it. */

import { MissingLinkError } from '../../errors/link.ts';
import { requireVirtualFunction } from '../../host-contract/link-values.ts';
import type { VirtualFunction, VirtualFunctionSettings } from '../../host-contract/links.ts';
import { defineElement } from './define-element.ts';
import { findDevice, requireDevice } from './existing-device.ts';
import type { Drift, ElementContext } from './verbs.ts';

export interface VirtualFunctionElement extends VirtualFunctionSettings {
  readonly kind: 'virtual-function';
  /** PCI address of the virtual function. */
  readonly name: string;
  /** A function that is no virtual one has nothing to set here; that is fine as long as no VLAN is asked for. */
  readonly optional?: boolean;
}

export const virtualFunction = defineElement<VirtualFunctionElement>({
  kind: 'virtual-function',

  validate(element) {
    requireDevice({ pciAddress: element.name });
    requireVirtualFunction(element.name, element);
  },

  async ensure(element, context) {
    const place = await placeOf(element, context);
    if (place === undefined) return refuseVlan(element);
    const { links } = context.host;
    const have = await stateOf(place, context);
    const changed = changesFor(element, have);
    if (Object.keys(changed).length === 0) return;
    // Noted before: a driver may have taken some of it when it refuses the rest.
    const old = before(changed, have);
    if (Object.keys(old).length > 0) context.undoable(() => restore(place, old, context));
    await links.changeVirtualFunction(place.index, place.number, changed);
  },

  /** The address goes back to none and the VLAN to 0, so that the next user of the function starts anew. */
  async remove(element, context) {
    const place = await placeOf({ ...element, optional: true }, context);
    if (place === undefined) return;
    const changed = changesFor(cleared(element), await stateOf(place, context));
    if (Object.keys(changed).length > 0)
      await context.host.links.changeVirtualFunction(place.index, place.number, changed);
  },

  async inspect(element, context) {
    const place = await placeOf({ ...element, optional: true }, context);
    if (place === undefined) return element.optional && !element.vlan ? [] : [{ type: 'missing', on: element.name }];
    const have = await stateOf(place, context);
    return Object.entries(changesFor(element, have)).map(
      ([property, want]): Drift => ({
        type: 'differs',
        on: element.name,
        property,
        want,
        have: Reflect.get(have, property),
      }),
    );
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

/** The physical function's device, and the number of the virtual one. */
interface Place {
  readonly index: number;
  readonly number: number;
}

/** Restores the settings. A setting that the refused request did not change is skipped. */
async function restore(place: Place, old: VirtualFunctionSettings, context: ElementContext): Promise<void> {
  const changed = changesFor(old, await stateOf(place, context));
  if (Object.keys(changed).length === 0) return;
  await context.host.links.changeVirtualFunction(place.index, place.number, changed);
}

async function placeOf(
  { name, optional }: VirtualFunctionElement,
  context: ElementContext,
): Promise<Place | undefined> {
  const physical = await context.host.pci.physicalFunctionOf(name);
  if (physical === undefined) {
    if (optional) return undefined;
    throw new MissingLinkError(`of the physical function of ${name}`, `virtual-function ${name}`);
  }
  const device = await findDevice({ pciAddress: physical.address }, context, `virtual-function ${name}`);
  return { index: device.index, number: physical.number };
}

async function stateOf({ index, number }: Place, { host }: ElementContext): Promise<VirtualFunction> {
  return (await host.links.virtualFunctions(index)).find((found) => found.number === number) ?? { number };
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

/** What was there before, of what was changed. */
function before(changed: VirtualFunctionSettings, have: VirtualFunctionSettings): VirtualFunctionSettings {
  return Object.fromEntries(
    Object.keys(changed).flatMap((key) =>
      Reflect.get(have, key) === undefined ? [] : [[key, Reflect.get(have, key)]],
    ),
  );
}

function cleared({ mac, vlan, trust }: VirtualFunctionSettings): VirtualFunctionSettings {
  return {
    ...(mac !== undefined && { mac: '00:00:00:00:00:00' }),
    ...(vlan !== undefined && { vlan: 0 }),
    ...(trust !== undefined && { trust: false }),
  };
}

function refuseVlan({ name, vlan }: VirtualFunctionElement): void {
  if (vlan)
    throw new MissingLinkError(`of the physical function of ${name}`, `virtual-function ${name}, for VLAN ${vlan},`);
}
