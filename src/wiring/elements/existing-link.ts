/** A network device that others make and that stays theirs: a VIF only uses it. */

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

/** A network device that others make, and a VIF only uses. */
export interface ExistingLinkElement {
  readonly kind: 'existing-link';
  readonly name: string;
  /** Bytes. */
  readonly mtu?: number;
  /** Set up by a plug. Absent: left as it is. */
  readonly up?: true;
  /**
   * The owner of the device is the owner of the port of Open vSwitch with its name: an unplug leaves the
   * device of another owner alone.
   */
  readonly ownedByPort?: boolean;
  /** It may come later; it then has the settings of whoever makes it. */
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
      // The device of a hypervisor goes with the guest.
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
