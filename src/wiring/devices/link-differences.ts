/** Compares the state of a device with the desired state. */

import type { Link, LinkSettings, NewLink } from '../../host-contract/links.ts';
import { isRecord } from '../../text/is-record.ts';

/**
 * A property whose value is not the desired value. `bridge.stp` is the property `stp` of the setting
 * `bridge`.
 */
export interface Difference {
  readonly property: string;
  readonly want: unknown;
  readonly have: unknown;
}

/** The settings that can be changed on an existing device. */
const SETTINGS = ['mac', 'mtu', 'up', 'promiscuous', 'alias', 'group', 'master', 'bridge', 'macvtap', 'port'] as const;
/** The settings that a device gets at its creation and that cannot be changed. */
const FIXED = ['tap', 'vlan', 'lower', 'settings', 'macvtap'] as const;

/** Lists the differences that a change of the device can remove. */
export function differences(have: Link, want: LinkSettings): Difference[] {
  const found: Difference[] = [];
  for (const name of SETTINGS) compare(name, have[name], want[name], found);
  return found.filter((difference) => !isForLife(difference));
}

/** Lists the differences that only a new device can remove. */
export function fixedDifferences(have: Link, want: NewLink): Difference[] {
  const found: Difference[] = [];
  for (const name of FIXED) if (name in want) compare(name, have[name], Reflect.get(want, name), found);
  return found.filter((difference) => !difference.property.startsWith('macvtap') || isForLife(difference));
}

/**
 * Whether the difference is fixed. Kernel: macvlan_changelink() changes no device to or from the mode
 * passthru.
 */
function isForLife({ property, want, have }: Difference): boolean {
  return property === 'macvtap.mode' && (want === 'passthru' || have === 'passthru');
}

/** Returns the desired or the present values of these differences, as settings. */
export function settingsOf(found: readonly Difference[], side: 'want' | 'have'): LinkSettings {
  const settings: Record<string, unknown> = {};
  for (const difference of found) {
    const [name = '', inner] = difference.property.split('.');
    const value = difference[side];
    if (inner === undefined) settings[name] = value;
    else settings[name] = { ...(isRecord(settings[name]) ? settings[name] : {}), [inner]: value };
  }
  return settings;
}

/** Adds the differences of one property to those that were found. */
function compare(property: string, have: unknown, want: unknown, found: Difference[]): void {
  if (want === undefined || have === want) return;
  if (isRecord(want)) {
    const inner = isRecord(have) ? have : {};
    for (const name of Object.keys(want)) compare(`${property}.${name}`, inner[name], want[name], found);
    return;
  }
  const wanted = property === 'mac' && typeof want === 'string' ? want.toLowerCase() : want;
  if (have !== wanted) found.push({ property, want: wanted, have });
}
