/** A network device that another program makes and deletes. A VIF only uses the device. */

import { MissingLinkError } from '../../errors/link.ts';
import { requireLinkName, requireLinkSettings } from '../../host-contract/link-values.ts';
import type { LinkSettings } from '../../host-contract/links.ts';
import { ownerOfRow } from '../../host-contract/ownership.ts';
import { recordDevice, restoreDevice } from '../devices/device-restoring.ts';
import { inspectMissing, mayExist } from '../devices/existing-device.ts';
import { adjustLink } from '../devices/link.ts';
import { settingsOf as changesOf, differences } from '../devices/link-differences.ts';
import { mtuFact } from '../drawing.ts';
import { defineElement } from './define-element.ts';
import type { ElementContext } from './verbs.ts';

/** A device of another program that a VIF uses. */
export interface ExistingLinkElement {
  readonly kind: 'existing-link';
  readonly name: string;
  /** Bytes. */
  readonly mtu?: number;
  /** A plug sets the device up. Absent: a plug does not change this state. */
  readonly up?: true;
  /**
   * The owner of the Open vSwitch port with the same name is also the owner of the device. An unplug does not
   * change the device of another owner.
   */
  readonly ownedByPort?: boolean;
  /** The device may be made after the plug. The program that makes the device then chooses its settings. */
  readonly optional?: boolean;
}

export const existingLink = defineElement<ExistingLinkElement>({
  kind: 'existing-link',

  validate(element) {
    requireLinkName(element.name);
    requireLinkSettings(element.name, settingsOf(element));
  },

  async ensure(element, context) {
    if (element.optional && !(await mayExist(element.name, context.host))) return;
    const link = await context.host.links.get(element.name);
    if (link) {
      const changes = changesOf(differences(link, settingsOf(element)), 'want');
      // Without `up`, no record is needed: a hypervisor deletes its device together with the guest.
      if (element.up) await recordDevice(link, changes, context);
      await adjustLink(link, settingsOf(element), context);
    } else if (!element.optional) throw new MissingLinkError(element.name, `VIF ${context.owner}`);
  },

  async remove({ name, up, ownedByPort }, context) {
    const { links } = context.host;
    const link = up && (await links.get(name));
    if (!link || (ownedByPort && !(await ownsPort(name, context)))) return;
    await restoreDevice(link, context.host);
  },

  async inspect(element, context) {
    const { name, optional } = element;
    const link = await context.host.links.get(name);
    if (!link) return optional ? [] : inspectMissing(name, context, `VIF ${context.owner}`);
    return differences(link, settingsOf(element)).map((difference) => ({ type: 'differs', on: name, ...difference }));
  },

  draw({ name, mtu }) {
    return { nodes: [{ place: 'device', name, facts: mtuFact(mtu), properties: ['mtu', 'up'] }] };
  },
});

async function ownsPort(name: string, { host, owner, signal }: ElementContext): Promise<boolean> {
  const port = (await host.ovsdb.view({ signal })).port(name);
  return port !== undefined && ownerOfRow(port) === owner;
}

function settingsOf({ mtu, up }: ExistingLinkElement): LinkSettings {
  return { ...(mtu !== undefined && { mtu }), ...(up && { up }) };
}
