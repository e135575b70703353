/**
 * The switch in an SR-IOV NIC. In mode `vepa` it sends frames between functions of the NIC to the
 * external switch. In mode `veb` it forwards them itself.
 */

import { LinkValueError } from '../../errors/link.ts';
import { identityOf } from '../../host-contract/expected-links.ts';
import { requireEmbeddedSwitchMode } from '../../host-contract/link-values.ts';
import type { EmbeddedSwitchMode, Link } from '../../host-contract/links.ts';
import { interfacesByRank } from '../../host-contract/uplink.ts';
import {
  drawnDevice,
  type ExistingDevice,
  findDevice,
  inspectMissing,
  lookForDevice,
  requireDevice,
} from '../devices/existing-device.ts';
import { defineElement } from './define-element.ts';
import type { ElementContext } from './verbs.ts';

/** The mode of the switch in an SR-IOV NIC. */
export interface EmbeddedSwitchElement {
  readonly kind: 'embedded-switch';
  /** The name or the PCI address in `device`. */
  readonly name: string;
  /** The NIC, or one of its virtual functions. */
  readonly device: ExistingDevice;
  readonly mode: EmbeddedSwitchMode;
  /** Plugs that name the NIC by the same name wait for each other. Default: false. */
  readonly shared?: boolean;
}

export const embeddedSwitch = defineElement<EmbeddedSwitchElement>({
  kind: 'embedded-switch',

  validate({ name, device, mode }) {
    requireDevice(device);
    requireEmbeddedSwitchMode(name, mode);
  },

  async precheck(element, context) {
    await requireSwitch(element, context);
  },

  async ensure(element, context) {
    const { nic, mode } = await requireSwitch(element, context);
    if (mode === element.mode) return;
    // A roll-back keeps the mode, because another guest on the NIC may be using it by then.
    await context.host.links.changeEmbeddedSwitchMode(nic.index, element.mode, [identityOf(nic)]);
  },

  /** All functions of the NIC share the mode, so that an unplug keeps it. */
  async remove() {},

  async inspect(element, context) {
    const nic = await nicOf(element.device, context);
    if (nic === undefined) return inspectMissing(element.device, context, labelOf(element));
    const on = nic.name;
    const have = await context.host.links.embeddedSwitchMode(nic.index);
    if (have === undefined) return [{ type: 'conflict', on, reason: withoutSwitch(nic) }];
    return have === element.mode ? [] : [{ type: 'differs', on, property: 'mode', want: element.mode, have }];
  },

  draw({ device, mode }) {
    return { nodes: [{ ...drawnDevice(device), facts: [`embedded switch: ${mode}`] }] };
  },
});

/** Returns the NIC with the mode of its switch. */
async function requireSwitch(
  element: EmbeddedSwitchElement,
  context: ElementContext,
): Promise<{ readonly nic: Link; readonly mode: EmbeddedSwitchMode }> {
  const nic = (await nicOf(element.device, context)) ?? (await findDevice(element.device, context, labelOf(element)));
  const mode = await context.host.links.embeddedSwitchMode(nic.index);
  if (mode === undefined) throw new LinkValueError(`${labelOf(element)}: ${withoutSwitch(nic)}`);
  return { nic, mode };
}

/** Finds the device of the physical function: a virtual function has no switch of its own. */
async function nicOf(device: ExistingDevice, context: ElementContext): Promise<Link | undefined> {
  const { links, pci } = context.host;
  const physical = typeof device === 'string' ? undefined : await pci.physicalFunctionOf(device.pciAddress);
  if (physical === undefined) return lookForDevice(device, context);
  const [name] = await interfacesByRank(physical.address, pci);
  return name === undefined ? undefined : links.get(name);
}

function withoutSwitch({ name }: Link): string {
  return `the driver of ${name} reports no embedded switch; leave the option embeddedSwitchMode out, or use a NIC with SR-IOV in legacy mode`;
}

function labelOf({ name }: EmbeddedSwitchElement): string {
  return `embedded-switch ${name}`;
}
